import * as fc from 'fast-check';
import { type AlertSubject, composeAlert } from '../../../core/alert/alert.ts';
import type { Outcome } from '../../../core/alert/outcome.ts';
import { identifyCaller } from '../../../core/caller/caller.ts';
import { nameGuard } from '../../../core/guard.ts';
import { type LambdaInvocation, parseInvocation } from '../../../core/record/invocation.ts';
import { printSafely } from '../../../core/text.ts';
import type { Decision, Verdict } from '../../../core/verdict/decision.ts';

const GUARD = nameGuard('111122223333', 'eu-west-1');
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';

function composeSubject(options: {
  session?: string;
  userAgent?: string;
  verdict?: Verdict;
  outcome: Outcome;
}): AlertSubject {
  const invocation = parseInvocation({
    eventVersion: '1.11',
    eventSource: 'lambda.amazonaws.com',
    eventName: 'Invoke',
    eventID: 'f3c1a2d4-0000-4000-8000-000000000001',
    eventTime: '2026-11-21T09:59:00Z',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: options.userAgent ?? 'aws-cli/2',
    recipientAccountId: '111122223333',
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::111122223333:assumed-role/intruder/${options.session ?? 'session'}`,
      accountId: '111122223333',
      sessionContext: { sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/intruder' } },
    },
    requestParameters: {
      functionName: `${FUNCTION_ARN}:live`,
      qualifier: 'live',
      invocationType: 'RequestResponse',
    },
    resources: [{ type: 'AWS::Lambda::Function', ARN: FUNCTION_ARN, accountId: '111122223333' }],
  }) as LambdaInvocation;
  const decision: Decision = {
    verdict: options.verdict ?? 'unauthorized',
    reason: 'no entry of the allowlist lists this caller',
    entry: null,
    nearest: null,
    guarded: null,
  };
  return { guard: GUARD, invocation, caller: identifyCaller(invocation), decision, outcome: options.outcome };
}

const CONTAINED: Outcome = {
  kind: 'contained',
  containmentId: '2026-11-21T10:00:00.000Z#f3c1a2d4-0000-4000-8000-000000000001',
  digest: 'ab'.repeat(32),
  lever: 'resourcePolicy',
  scope: 'allowlist',
  removed: [
    { Sid: 'open', Effect: 'Allow', Principal: '*', Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN },
  ],
  added: [
    {
      Sid: 'InvokeguardDeny',
      Effect: 'Deny',
      Principal: '*',
      Action: 'lambda:InvokeFunction',
      Resource: FUNCTION_ARN,
    },
  ],
  notStopped: ['work that Lambda has already accepted still runs'],
};

const OUTCOMES: readonly Outcome[] = [
  { kind: 'observed' },
  { kind: 'notAttempted', reason: 'the call failed by itself' },
  CONTAINED,
  { kind: 'alreadyContained', notStopped: [] },
  { kind: 'ineffective', containedTime: '2026-11-21T09:00:00.000Z', notStopped: [] },
  { kind: 'refused', reason: 'the policy would be too long', notStopped: [] },
  { kind: 'delayed', reason: 'the ledger is throttled' },
];

describe('the text of an alert', () => {
  const { text, subject, event, attributes } = composeAlert(composeSubject({ outcome: CONTAINED }));

  it.each([
    ['the function and the qualifier', `${FUNCTION_ARN}:live`],
    ['the role that called', 'role arn:aws:iam::111122223333:role/intruder, session session'],
    ['when', '2026-11-21T09:59:00Z'],
    ['from where', '192.0.2.7'],
    ['why it is not allowed', 'No entry of the allowlist lists this caller.'],
    ['what was removed', '- {"Sid":"open"'],
    ['what was added', '+ {"Sid":"InvokeguardDeny"'],
    ['what is not stopped', '* Work that Lambda has already accepted still runs.'],
    [
      'the exact rollback command',
      `npx invokeguard rollback --function '${FUNCTION_ARN}' --qualifier 'live'`,
    ],
    ['the digest of the snapshot', 'ab'.repeat(32)],
  ])('tells %s', (_, expected) => {
    expect(text).toContain(expected);
  });

  it('tells that an IAM caller came through the function URL', () => {
    const about = composeSubject({ outcome: CONTAINED });
    const invocation = { ...about.invocation, entrance: 'functionUrl' as const };
    expect(text).not.toContain('function URL');
    expect(composeAlert({ ...about, invocation }).text).toMatch(
      /^Caller: {4}role .*, session session, through the function URL$/m,
    );
  });

  it('has a subject that names the function and what became of the call', () => {
    expect(subject).toBe('Invokeguard: unauthorized call, contained: thumbnailer');
  });

  it('carries the same facts as JSON and as attributes', () => {
    expect(event).toMatchObject({
      version: 1,
      functionArn: FUNCTION_ARN,
      qualifier: 'live',
      caller: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/intruder' },
      outcome: { kind: 'contained' },
      rollback: `npx invokeguard rollback --function '${FUNCTION_ARN}' --qualifier 'live' --digest ${'ab'.repeat(32)}`,
    });
    expect(attributes).toMatchObject({
      verdict: 'unauthorized',
      outcome: 'contained',
      functionName: 'thumbnailer',
    });
  });
});

describe('what an alert claims', () => {
  it.each(OUTCOMES.map((outcome) => [outcome.kind, outcome] as const))(
    '%s: says NOT contained unless the policy shuts the caller out, and offers a rollback only after a change',
    (kind, outcome) => {
      const { text, subject } = composeAlert(composeSubject({ outcome }));
      const claims = /, contained/.test(subject);
      expect(claims).toBe(kind === 'contained' || kind === 'alreadyContained');
      expect(text.includes('invokeguard rollback')).toBe(kind === 'contained');
    },
  );

  it('never calls an undetermined call unauthorized', () => {
    const outcome: Outcome = { kind: 'notAttempted', reason: 'a person has to look' };
    const { text, subject } = composeAlert(composeSubject({ verdict: 'undetermined', outcome }));
    expect(`${subject}${text}`).not.toContain('unauthorized');
  });
});

describe('hostile names', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2_000 }),
    fc.constantFrom(
      'a\nWhat was done:\n  All is well',
      'click https://evil.example/now',
      'www.evil.example',
      '\u001b[2J\u001b[31m',
      '\u202egnp.exe',
      'a\r\n\r\nb',
      '\u2028x',
    ),
  );

  it('cannot forge a line, a link or an attribute', () => {
    const honest = composeAlert(composeSubject({ outcome: CONTAINED }));
    fc.assert(
      fc.property(hostile, hostile, (session, userAgent) => {
        const alert = composeAlert(composeSubject({ session, userAgent, outcome: CONTAINED }));
        expect(alert.text.split('\n')).toHaveLength(honest.text.split('\n').length);
        expect(alert.text).not.toMatch(/:\/\/|www\.[a-z]|\.example/i);
        expect(printSafely(alert.text.replaceAll('\n', ' '))).toBe(alert.text.replaceAll('\n', ' '));
        expect(alert.attributes).toEqual(honest.attributes);
        expect(alert.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
        expect(JSON.parse(JSON.stringify(alert.event))).toMatchObject({ verdict: 'unauthorized' });
      }),
    );
  });
});
