import { array, assert, constant, nat, oneof, property } from 'fast-check';
import type { Caller } from '../../../core/caller/caller.ts';
import { createCallTally } from '../../../core/learn/call-tally.ts';
import { draftFunction } from '../../../core/learn/entry-draft.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:orders';
const DAY = Date.parse('2026-10-01T00:00:00Z');
const role = (name: string, account = '111122223333'): Caller => ({
  kind: 'role',
  roleArn: `arn:aws:iam::${account}:role/${name}`,
});
const nobody = (): undefined => undefined;

function draft(calls: readonly { caller: Caller; times?: number; failed?: boolean; day?: number }[]) {
  const tally = createCallTally();
  for (const { caller, times = 1, failed = false, day = 0 } of calls) {
    for (let count = 0; count < times; count += 1) {
      tally.countCall({
        functionArn: FUNCTION,
        caller,
        outcome: failed ? 'failed' : 'succeeded',
        atMs: DAY + day * 86_400_000,
      });
    }
  }
  const [seen] = tally.listSightings();
  return seen === undefined ? [] : draftFunction(seen, nobody).entries;
}

describe('an entry is drafted from what was seen', () => {
  test('many sessions of one role are the role', () => {
    const entries = draft([
      {
        caller: {
          ...role('ci'),
          kind: 'role',
          roleArn: 'arn:aws:iam::111122223333:role/ci',
          sessionName: 'a',
        },
      },
      { caller: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/ci', sessionName: 'b' } },
    ]);
    expect(entries).toMatchObject([
      { entry: { role: 'arn:aws:iam::111122223333:role/ci' }, calls: 2, caution: null },
    ]);
  });

  test('a hundred sources of a service are a hundred entries, one more is the account that owns them', () => {
    const source = (index: number): Caller => ({
      kind: 'service',
      service: 'apigateway.amazonaws.com',
      sourceArn: `arn:aws:execute-api:eu-west-1:111122223333:abc/prod/GET/${index}`,
      sourceAccount: '111122223333',
    });
    const callers = Array.from({ length: 101 }, (_, index) => ({ caller: source(index) }));
    expect(draft(callers.slice(1))).toHaveLength(100);
    expect(draft(callers).map(({ entry, calls }) => ({ entry, calls }))).toEqual([
      { entry: { service: 'apigateway.amazonaws.com', sourceAccount: '111122223333' }, calls: 101 },
    ]);
  });

  test('calls of a service of which CloudTrail left out the source make no entry beside those with one', () => {
    const entries = draft([
      { caller: { kind: 'service', service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::uploads' } },
      { caller: { kind: 'service', service: 's3.amazonaws.com' } },
      { caller: { kind: 'service', service: 'sns.amazonaws.com' } },
    ]);
    expect(entries.map(({ entry }) => entry)).toEqual([
      { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::uploads' },
      { service: 'sns.amazonaws.com' },
    ]);
  });

  test.each<[string, Parameters<typeof draft>[0], string | null]>([
    ['a caller of the own account is plain', [{ caller: role('a') }], null],
    [
      'a role of another account is unusual',
      [{ caller: role('a', '444455556666') }],
      'of another account, 444455556666',
    ],
    [
      'a service that calls for another account is unusual',
      [{ caller: { kind: 'service', service: 's3.amazonaws.com', sourceAccount: '444455556666' } }],
      'of another account, 444455556666',
    ],
    [
      'a caller whose every call failed is unusual',
      [{ caller: role('a'), failed: true }],
      'every call failed',
    ],
    [
      'fewer than ten calls, and less than a hundredth of many, are rare',
      [
        { caller: role('z'), times: 9 },
        { caller: role('b'), times: 1500 },
      ],
      'rare',
    ],
    [
      'a single call among twenty is seen once',
      [{ caller: role('z') }, { caller: role('b'), times: 19 }],
      'seen once',
    ],
    [
      'a single call among fewer says nothing',
      [{ caller: role('z') }, { caller: role('b'), times: 18 }],
      null,
    ],
    [
      'ten calls are not rare among however many',
      [
        { caller: role('z'), times: 10 },
        { caller: role('b'), times: 1500 },
      ],
      null,
    ],
    [
      'who came first in the last tenth of more than a day is late',
      [
        { caller: role('z'), day: 9.5 },
        { caller: role('b'), times: 5 },
        { caller: role('c'), times: 5, day: 10 },
      ],
      'first seen late in the logs',
    ],
  ])('%s', (_, calls, caution) => {
    const [first] = calls;
    const entries = draft(calls);
    expect(
      entries.find(({ caller }) => JSON.stringify(caller) === JSON.stringify(first?.caller))?.caution,
    ).toBe(caution);
  });

  test.each<Caller>([
    { kind: 'anonymous' },
    { kind: 'root', account: '111122223333' },
    { kind: 'federated', account: '111122223333', arn: 'arn:aws:sts::111122223333:federated-user/x' },
    { kind: 'account', account: '111122223333' },
    { kind: 'unknown', seen: 'no userIdentity' },
  ])('a caller of kind $kind is always left to a person', (caller) => {
    expect(draft([{ caller }])[0]?.caution).not.toBeNull();
  });
});

test('whatever was seen, no entry holds a wildcard and every call is counted once', () => {
  const callers = oneof(
    nat(5).map((index) => role(`r${index}`)),
    nat(150).map(
      (index): Caller => ({
        kind: 'service',
        service: 's3.amazonaws.com',
        sourceArn: `arn:aws:s3:::b${index}`,
        ...(index % 2 === 0 ? { sourceAccount: '111122223333' } : {}),
      }),
    ),
    constant<Caller>({ kind: 'anonymous' }),
  );
  assert(
    property(array(callers, { maxLength: 300 }), (seen) => {
      const entries = draft(seen.map((caller) => ({ caller })));
      expect(entries.reduce((sum, { calls }) => sum + calls, 0)).toBe(seen.length);
      expect(JSON.stringify(entries.map(({ entry }) => entry))).not.toContain('*');
    }),
    { numRuns: 100 },
  );
});

test('a full tally counts known callers and says what it has no room for', () => {
  const tally = createCallTally(1);
  const call = { functionArn: FUNCTION, outcome: 'succeeded', atMs: Number.NaN } as const;
  expect(tally.countCall({ ...call, caller: role('a') })).toBe('counted');
  expect(tally.countCall({ ...call, caller: role('b') })).toBe('full');
  expect(tally.countCall({ ...call, caller: role('a'), atMs: DAY })).toBe('counted');
  expect(tally.listSightings()).toMatchObject([
    {
      functionArn: FUNCTION,
      callers: [{ caller: role('a'), calls: 2, failed: 0, firstMs: DAY, lastMs: DAY }],
    },
  ]);
});
