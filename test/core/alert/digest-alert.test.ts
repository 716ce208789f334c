import * as fc from 'fast-check';
import { composeSnsMessage } from '../../../aws/sns-message.ts';
import type { Alert } from '../../../core/alert/alert.ts';
import { composeDigestAlert, type DigestEvent } from '../../../core/alert/digest-alert.ts';
import { deferAlert, nameGroup, type PendingGroup } from '../../../core/alert/finding-group.ts';
import type { Caller } from '../../../core/caller/caller.ts';
import { nameGuard } from '../../../core/guard.ts';

const GUARD = nameGuard('111122223333', 'eu-west-1');
const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const ROLLBACK = `npx invokeguard rollback --function '${FUNCTION_ARN}' --digest ${'ab'.repeat(32)}`;

function composeGroup(changes: Partial<PendingGroup> = {}): PendingGroup {
  return {
    groupID: '00112233445566778899aabbccddeeff',
    functionArn: FUNCTION_ARN,
    caller: 'user arn:aws:iam::111122223333:user/mallory',
    batch: 'first',
    deferred: 2,
    repeated: 412,
    outcomes: { 'unauthorized alreadyContained': 1, 'unauthorized contained': 1 },
    rollbacks: [ROLLBACK],
    eventIDs: ['two', 'one'],
    firstTime: '2026-11-21T10:01:00.000Z',
    lastTime: '2026-11-21T10:40:00.000Z',
    ...changes,
  };
}

const compose = (groups: readonly PendingGroup[], rest: 'none' | 'more' = 'none'): Alert =>
  composeDigestAlert({ guard: GUARD, runID: 'run-1', groups, rest });

const readEvent = ({ event }: Alert): DigestEvent => event as DigestEvent;

describe('a digest', () => {
  it('says who did what to which function, how often, when, and how it is taken back', () => {
    const { subject, text, attributes } = compose([composeGroup()]);
    expect(subject).toBe('Invokeguard: digest: 2 new findings, 412 repetitions');
    expect(text.split('\n').slice(0, 7)).toEqual([
      '2 new findings, 412 repetitions, between 2026-11-21T10:01:00.000Z and 2026-11-21T10:40:00.000Z, of 1 function and caller.',
      'New findings are those beyond the single messages of their hour; repetitions are like one that was told before.',
      '',
      'user arn:aws:iam::111122223333:user/mallory',
      `  on ${FUNCTION_ARN}: 2 new findings (1 unauthorized alreadyContained, 1 unauthorized contained), 412 more like those told`,
      '  between 2026-11-21T10:01:00.000Z and 2026-11-21T10:40:00.000Z; last two, one; group 00112233445566778899aabbccddeeff',
      `  To take it back: ${ROLLBACK}`,
    ]);
    expect(attributes).toEqual({ kind: 'digest', account: '111122223333', region: 'eu-west-1' });
  });

  it('has the same for machines', () => {
    const { batch: _batch, ...listed } = composeGroup();
    expect(readEvent(compose([composeGroup()]))).toEqual({
      version: 1,
      kind: 'digest',
      guard: GUARD,
      runID: 'run-1',
      totals: {
        groups: 1,
        deferred: 2,
        repeated: 412,
        firstTime: '2026-11-21T10:01:00.000Z',
        lastTime: '2026-11-21T10:40:00.000Z',
      },
      groups: [listed],
      unlisted: 0,
      rest: 'none',
    });
  });

  it('begins with what nobody stopped, then what was changed, then what is new, then the rest, the most first', () => {
    const groups = [
      { groupID: 'repeated', deferred: 0, repeated: 9_000, outcomes: {}, rollbacks: [] },
      { groupID: 'few', deferred: 1, outcomes: { 'unauthorized observed': 1 }, rollbacks: [] },
      { groupID: 'many', deferred: 2, outcomes: { 'unauthorized observed': 2 }, rollbacks: [] },
      { groupID: 'changed', deferred: 1, repeated: 0, outcomes: { 'unauthorized contained': 1 } },
      { groupID: 'open', deferred: 1, repeated: 0, outcomes: { 'unauthorized refused': 1 }, rollbacks: [] },
    ].map(composeGroup);
    const alert = compose(groups);
    const order = ['open', 'changed', 'many', 'few', 'repeated'];
    expect(readEvent(alert).groups.map(({ groupID }) => groupID)).toEqual(order);
    expect([...alert.text.matchAll(/group (\w+)$/gm)].map(([, id]) => id)).toEqual(order);
    expect(alert.attributes['outcome']).toBe('refused');
  });

  it('says that more wait than it counts', () => {
    expect(compose([composeGroup()], 'more').text).toContain('More wait than one message counts');
    expect(compose([composeGroup()], 'none').text).not.toContain('More wait');
  });

  it('cannot be made to hold lines or links by whoever called', () => {
    const caller = 'unknown caller (x\nAnd 0 more pairs https://evil.example)';
    const { text } = compose([composeGroup({ caller })]);
    expect(text).toContain('unknown caller (x\\u{a}And 0 more pairs https[:]//evil[.]example)');
  });

  it('of any groups fits into an SNS message with its JSON whole, and counts all of them', () => {
    const group = fc.record({
      groupID: fc.stringMatching(/^[0-9a-f]{32}$/),
      functionArn: fc.option(fc.string({ unit: 'binary', maxLength: 500 })),
      caller: fc.string({ unit: 'binary', minLength: 200, maxLength: 500 }),
      batch: fc.constant('any'),
      deferred: fc.nat(1_000),
      repeated: fc.nat(1_000),
      outcomes: fc.dictionary(fc.string({ maxLength: 500 }), fc.integer({ min: 1, max: 9 }), { maxKeys: 5 }),
      rollbacks: fc.array(fc.string({ minLength: 800, maxLength: 1_000 }), { maxLength: 3 }),
      eventIDs: fc.array(fc.string({ unit: 'binary', maxLength: 500 }), { maxLength: 3 }),
      firstTime: fc.constant('2026-11-21T10:01:00.000Z'),
      lastTime: fc.constant('2026-11-21T10:40:00.000Z'),
    });
    let most = 0;
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 9 }), fc.constantFrom(1, 40), (some, times) => {
        const groups = Array.from({ length: times }, () => some).flat();
        const alert = compose(groups);
        const message = composeSnsMessage(alert);
        const event = readEvent(alert);
        most = Math.max(most, Buffer.byteLength(message));
        expect(JSON.parse(JSON.parse(message).default)).toEqual(JSON.parse(JSON.stringify(event)));
        expect(JSON.parse(message).email).toBe(alert.text);
        expect(event.groups.length + event.unlisted).toBe(groups.length);
        expect(event.totals.deferred).toBe(groups.reduce((sum, { deferred }) => sum + deferred, 0));
        expect(event.totals.repeated).toBe(groups.reduce((sum, { repeated }) => sum + repeated, 0));
      }),
      { seed: 20261121, numRuns: 60 },
    );
    expect(most).toBeGreaterThan(200_000);
    expect(most).toBeLessThanOrEqual(262_144);
  });
});

describe('a group of findings', () => {
  const role = (sessionName: string): Caller => ({
    kind: 'role',
    roleArn: 'arn:aws:iam::111122223333:role/intruder',
    sessionName,
  });

  it('is one for a function and a caller, whatever session the caller chose', () => {
    const names = ['one', 'two'].map((session) =>
      nameGroup({ functionArn: FUNCTION_ARN, caller: role(session) }),
    );
    expect(names[0]?.groupID).toBe(names[1]?.groupID);
    expect(names[0]?.groupID).toMatch(/^[0-9a-f]{32}$/);
    const other = nameGroup({ functionArn: `${FUNCTION_ARN}-2`, caller: role('one') });
    expect(other.groupID).not.toBe(names[0]?.groupID);
  });

  it('is another where nobody called or no function is known', () => {
    const ids = [
      { functionArn: FUNCTION_ARN, caller: null },
      { functionArn: null, caller: null },
      { functionArn: null, caller: role('one') },
    ].map((group) => nameGroup(group).groupID);
    expect(new Set(ids).size).toBe(3);
  });

  it('is named in whole characters, whatever the record says', () => {
    const caller: Caller = { kind: 'unknown', seen: `\ud800${'\u{1f600}'.repeat(300)}` };
    for (const seen of [caller.seen, `x${caller.seen}`]) {
      const name = nameGroup({ functionArn: null, caller: { kind: 'unknown', seen } });
      expect(name.caller).not.toMatch(/\p{Cs}/u);
    }
  });

  it('is kept short, whatever the record says', () => {
    const alert = compose([composeGroup()]);
    const caller: Caller = { kind: 'unknown', seen: 'x'.repeat(100_000) };
    const group = { functionArn: 'f'.repeat(100_000), caller };
    const finding = deferAlert(group, alert, 'e'.repeat(100_000), '2026-11-21T10:00:00.000Z');
    expect(JSON.stringify(finding).length).toBeLessThan(4_000);
    expect(finding).toMatchObject({ kind: 'digest', outcome: 'digest', rollback: null });
  });
});
