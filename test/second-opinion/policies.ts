import * as fc from 'fast-check';
import type { PolicyDocument, PolicyStatement } from '../../core/policy/document.ts';
import { ACCOUNT, FUNCTION_ARN } from './engine.ts';

const LISTED = `arn:aws:iam::${ACCOUNT}:user/listed`;
const PLAIN = `arn:aws:iam::${ACCOUNT}:user/plain`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/plain-role`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/plain-role/run-1`;

const PRINCIPALS: readonly unknown[] = [
  '*',
  { AWS: '*' },
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  { AWS: '444455556666' },
  { AWS: PLAIN },
  { AWS: [LISTED, ROLE] },
  { AWS: ROLE },
  { AWS: SESSION },
  { Service: 's3.amazonaws.com' },
];
const KEY = 'aws:PrincipalArn';
const CONDITIONS: readonly unknown[] = [
  undefined,
  { ArnLike: { [KEY]: [`arn:aws:iam::${ACCOUNT}:user/*`] } },
  { ArnEquals: { [KEY]: PLAIN } },
  { ArnNotLike: { [KEY]: [LISTED, ROLE] } },
  { StringEquals: { [KEY]: [PLAIN, ROLE] } },
  { StringNotEquals: { 'AWS:principalarn': PLAIN } },
  { StringLike: { [KEY]: '*pl?in*' } },
  { StringEqualsIgnoreCase: { [KEY]: PLAIN.toUpperCase() } },
  { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
  { StringNotEquals: { 'aws:PrincipalAccount': [ACCOUNT, '444455556666'] } },
  { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
  { StringNotEquals: { 'aws:SourceAccount': ACCOUNT } },
  { StringEqualsIfExists: { 'aws:SourceAccount': ACCOUNT } },
  { ArnNotLikeIfExists: { 'aws:SourceArn': 'arn:aws:s3:::x' } },
  { Null: { 'aws:SourceArn': 'true' } },
  { Null: { [KEY]: 'false', 'aws:PrincipalServiceName': 'true' } },
  { Null: { [KEY]: 'true' } },
  { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
  { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } },
  { DateLessThan: { 'aws:CurrentTime': '2020-01-01' } },
  { NumericGreaterThan: { 'aws:EpochTime': '1577836800' } },
  { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } },
  { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
  { NotIpAddress: { 'aws:SourceIp': ['127.0.0.1/32', '10.0.0.0/8'] } },
];
const ACTIONS: readonly unknown[] = [
  'lambda:InvokeFunction',
  'lambda:*',
  '*',
  ['lambda:GetFunction', 'LAMBDA:invoke*'],
  'lambda:InvokeFunctionUrl',
];

function statement(
  Effect: unknown,
  Principal: unknown,
  Condition: unknown,
  Action: unknown = ACTIONS[0],
): PolicyStatement {
  return {
    Effect,
    Principal,
    Action,
    Resource: FUNCTION_ARN,
    ...(Condition === undefined ? {} : { Condition }),
  };
}

/** Written by hand: every principal form and every condition, alone, as a grant and as a Deny. */
export function listPolicies(): readonly PolicyDocument[] {
  const single = ['Allow', 'Deny'].flatMap((effect) => [
    ...PRINCIPALS.map((principal) => statement(effect, principal, undefined)),
    ...CONDITIONS.map((condition) => statement(effect, '*', condition)),
    ...ACTIONS.map((action) => statement(effect, '*', undefined, action)),
  ]);
  return [[], ...single.map((one) => [one])].map(toDocument);
}

/** Drawn at random, of up to three statements. */
export function drawPolicies(count: number, seed: number): readonly PolicyDocument[] {
  const any = fc
    .tuple(
      fc.constantFrom('Allow', 'Allow', 'Deny'),
      fc.constantFrom(...PRINCIPALS),
      fc.constantFrom(...CONDITIONS),
      fc.constantFrom(...ACTIONS),
    )
    .map((parts) => statement(...parts));
  return fc.sample(fc.array(any, { minLength: 1, maxLength: 3 }), { numRuns: count, seed }).map(toDocument);
}

function toDocument(list: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: list };
}
