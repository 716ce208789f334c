import * as fc from 'fast-check';
import type { InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import type { PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { findOpenWays, type OpenWay } from '../../../core/plan/open-way.ts';
import type { PolicyStatement } from '../../../core/policy/document.ts';
import {
  FUNCTION_ARN,
  GUARD_ID,
  invokerEntries,
  NOW,
  OTHER,
  OWN,
  policyDocument,
} from '../../arbitraries/policy-world.ts';

const ALLOW = { Sid: 'a', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN };
const CI: InvokerEntry = { kind: 'role', pointer: '/x', role: `arn:aws:iam::${OWN}:role/ci` };
const UPLOADS: InvokerEntry = {
  kind: 'service',
  pointer: '/y',
  service: 's3.amazonaws.com',
  sourceArn: 'arn:aws:s3:::uploads',
  sourceAccount: OWN,
};

function compose(statements: readonly PolicyStatement[] | null, entries: readonly InvokerEntry[]): PlanInput {
  return {
    policy: statements === null ? null : { Version: '2012-10-17', Statement: statements },
    resourceArn: FUNCTION_ARN,
    entries,
    now: NOW,
    guardId: GUARD_ID,
    scope: { kind: 'allowlist' },
    offender: null,
    lever: 'resourcePolicy',
  };
}

function findGrants(statement: PolicyStatement, entries: readonly InvokerEntry[]): readonly OpenWay[] {
  return findOpenWays(compose([statement], entries)).filter(({ kind }) => kind !== 'identityPolicies');
}

describe('the ways by which somebody who is not listed gets in', () => {
  it.each([
    ['the listed role', { AWS: CI.role }, undefined, undefined],
    ['another role', { AWS: `arn:aws:iam::${OWN}:role/other` }, undefined, 'unlistedOnly'],
    ['another account', { AWS: OTHER }, undefined, 'unlistedOnly'],
    ['anybody', '*', undefined, 'listedToo'],
    ['a service, from anywhere', { Service: 's3.amazonaws.com' }, undefined, 'listedToo'],
    [
      'a service, from the listed bucket',
      { Service: 's3.amazonaws.com' },
      { StringEquals: { 'aws:SourceAccount': OWN }, ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::uploads' } },
      undefined,
    ],
    [
      'a service, from any bucket of the account',
      { Service: 's3.amazonaws.com' },
      { StringEquals: { 'aws:SourceAccount': OWN } },
      'listedToo',
    ],
    [
      'a service, from another bucket',
      { Service: 's3.amazonaws.com' },
      { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::private' } },
      'unlistedOnly',
    ],
  ])('a grant to %s', (_, Principal, Condition, serves) => {
    const statement = { ...ALLOW, Principal, ...(Condition === undefined ? {} : { Condition }) };
    const expected = serves === undefined ? [] : [{ kind: 'grant', sid: 'a', principal: Principal, serves }];
    expect(findGrants(statement, [CI, UPLOADS])).toEqual(expected);
  });

  it('an entry that has expired lists nobody', () => {
    const expired = { ...CI, expires: '2026-11-20T00:00:00Z' };
    const statement = { ...ALLOW, Principal: { AWS: CI.role } };
    expect(findGrants(statement, [expired])).toMatchObject([{ serves: 'unlistedOnly' }]);
  });

  it('a statement for other actions is none, and one that nobody follows is told', () => {
    expect(findGrants({ ...ALLOW, Principal: '*', Action: 'lambda:GetFunction' }, [])).toEqual([]);
    expect(findGrants({ ...ALLOW, NotPrincipal: { AWS: OTHER } }, [CI])).toMatchObject([{ kind: 'unclear' }]);
  });

  it('the IAM permissions of the own account are one, unless a Deny stands before them or all of it is listed', () => {
    const identity = { kind: 'identityPolicies' };
    expect(findOpenWays(compose(null, [CI]))).toEqual([identity]);
    const everybody: InvokerEntry = { kind: 'account', pointer: '/z', account: OWN };
    expect(findOpenWays(compose(null, [everybody]))).toEqual([]);
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'lambda:Invoke*',
      Resource: FUNCTION_ARN,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': CI.role } },
    };
    expect(findOpenWays(compose([deny], [CI]))).toEqual([]);
  });

  it('are all closed by containment, but for statements that nobody follows', () => {
    fc.assert(
      fc.property(policyDocument(), invokerEntries(), (policy, entries) => {
        const input = { ...compose(null, entries), policy };
        const plan = planContainment(input);
        fc.pre(plan.kind === 'replace');
        const left = findOpenWays({ ...input, policy: plan.policy });
        expect(left.filter(({ kind }) => kind !== 'unclear')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
