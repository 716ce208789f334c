import * as fc from 'fast-check';
import { MESSAGES_PER_GROUP, MESSAGES_PER_WINDOW } from '../../containment/alert-ports.ts';
import { sendAlert } from '../../containment/alerting.ts';
import { sendDigest } from '../../containment/digest.ts';
import { nameGroup } from '../../core/alert/finding-group.ts';
import { buildWorld, composeFinding, type DatedAlerts, findMany, type World } from './alerting-world.ts';
import { GUARD } from './calls.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the digest', () => {
  it('tells deferred findings and repetitions of one group together, and then no more', async () => {
    const world = buildWorld();
    await findMany(world, 40);
    await sendAlert(composeFinding('mallory', 'one', 'contained'), world);
    await sendAlert(composeFinding('mallory', 'two', 'alreadyContained'), world);
    await sendAlert(composeFinding('mallory', 'three', 'alreadyContained'), world);
    expect(await sendDigest('run-1', GUARD, world)).toEqual({ messages: 1, groups: 1, end: 'told' });
    expect(world.alerts.digests[0]).toMatchObject({
      totals: { groups: 1, deferred: 2, repeated: 1 },
      groups: [{ outcomes: { 'unauthorized contained': 1, 'unauthorized alreadyContained': 1 } }],
    });
    expect(await sendDigest('run-2', GUARD, world)).toEqual({ messages: 0, groups: 0, end: 'notDue' });
  });

  it('of repetitions alone comes once a day, for all groups at once', async () => {
    const world = buildWorld();
    await findMany(world, 2);
    const ends: string[] = [];
    for (let hour = 0; hour < 50; hour += 1) {
      const suffix = `again-${hour}`;
      await sendAlert(composeFinding('caller-0', suffix), world);
      if (hour > 3) await sendAlert(composeFinding('caller-1', suffix), world);
      ends.push((await sendDigest(`run-${hour}`, GUARD, world)).end);
      world.clock.advance(HOUR);
    }
    const told = ends.flatMap((end, hour) => (end === 'told' ? [hour] : []));
    expect(told).toEqual([24, 49]);
    // A day after it was told, a call is told singly again.
    expect(world.alerts.singles.map(({ subject }) => subject)).toEqual([
      'caller-event-0',
      'caller-event-1',
      'again-24',
      'again-24',
      'again-48',
      'again-48',
    ]);
    expect(world.alerts.digests.map(({ totals }) => totals.repeated)).toEqual([24 + 20, 24 + 24]);
  });

  it('leaves what comes while it is published', async () => {
    const world = buildWorld();
    await findMany(world, 41);
    const late = composeFinding('caller-40', 'late', 'refused');
    let came: Promise<unknown> = Promise.resolve();
    world.alerts.interrupt = () => {
      world.alerts.interrupt = () => undefined;
      came = sendAlert(late, world);
    };
    await sendDigest('run-1', GUARD, world);
    await came;
    await sendDigest('run-2', GUARD, world);
    expect(world.alerts.digests.map(({ totals }) => totals.deferred)).toEqual([1, 1]);
    expect(world.alerts.digests[1]?.groups[0]?.outcomes).toEqual({ 'unauthorized refused': 1 });
  });

  it('that was published and not taken out is told again', async () => {
    const world = buildWorld();
    await findMany(world, 41);
    world.alertBook.interrupt = (call) => {
      if (call === 'removeTold') throw new Error('crash');
    };
    await expect(sendDigest('run-1', GUARD, world)).rejects.toThrow('crash');
    world.alertBook.interrupt = () => undefined;
    await sendDigest('run-1', GUARD, world);
    expect(world.alerts.digests.map(({ totals }) => totals.deferred)).toEqual([1, 1]);
  });

  it('sends no more than its messages of the hour, and the rest afterwards', async () => {
    const world = buildWorld();
    const ends: string[] = [];
    await findMany(world, 40, 'first');
    for (let round = 0; round < 4; round += 1) {
      await findMany(world, 1, `round-${round}`);
      ends.push((await sendDigest(`run-${round}`, GUARD, world)).end);
    }
    expect(ends).toEqual(['told', 'told', 'told', 'spent']);
    world.clock.advance(HOUR);
    expect((await sendDigest('run-4', GUARD, world)).end).toBe('told');
    expect(world.alerts.digests.map(({ totals }) => totals.deferred)).toEqual([1, 1, 1, 1]);
  });

  it('of more groups than one message counts takes several, and counts each once', async () => {
    const world = buildWorld();
    for (let index = 0; index < 25_000; index += 1) {
      const group = { groupID: String(index), functionArn: null, caller: 'anybody' };
      await world.alertBook.countRepetition(group, `event-${index}`, world.clock.nowMs());
    }
    const run = await sendDigest('run-1', GUARD, world);
    expect(run).toEqual({ messages: 2, groups: 20_000, end: 'told' });
    expect(world.alerts.digests.map(({ totals, rest }) => [totals.groups, rest])).toEqual([
      [10_000, 'more'],
      [10_000, 'more'],
    ]);
    // What is left are repetitions of today, which one message counts: they have until tomorrow.
    expect(world.alertBook.pending.size).toBe(5_000);
  });
});

/** One step of a history: findings by so many callers at once, a digest, or time that passes. */
type Step =
  | { readonly kind: 'find'; readonly callers: number; readonly state: string; readonly crashAt: number }
  | { readonly kind: 'digest'; readonly crashAt: number }
  | { readonly kind: 'pass'; readonly minutes: number };

const crashAt = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 8 }));
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('find' as const),
        callers: fc.integer({ min: 1, max: 60 }),
        state: fc.constantFrom('observed', 'contained', 'refused', 'delayed', 'ineffective', 'notAttempted'),
        crashAt,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('digest' as const), crashAt }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        minutes: fc.integer({ min: 1, max: 1_500 }),
      }),
    },
  ),
  { maxLength: 14 },
);

/** Lets the call with this number (from 1) of a port crash, once. */
function crashOnce(world: World, number: number): void {
  let calls = 0;
  const interrupt = (call: string): void => {
    calls += 1;
    if (calls === number) throw new Error(`crash at ${call}`);
  };
  for (const port of [world.ledger, world.alertBook, world.alerts]) port.interrupt = interrupt;
}

/** Does it again where it crashed, as the queue does. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    return work();
  }
}

/** Plays a history, and digests for two days more. Answers the findings of each group. */
async function play(world: World, history: readonly Step[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const [number, step] of history.entries()) {
    if (step.kind === 'pass') world.clock.advance(step.minutes * MINUTE);
    if (step.kind === 'digest') {
      crashOnce(world, step.crashAt);
      await insist(() => sendDigest(`digest-${number}`, GUARD, world));
    }
    if (step.kind !== 'find') continue;
    for (let caller = 0; caller < step.callers; caller += 1) {
      crashOnce(world, caller === 0 ? step.crashAt : 0);
      const finding = composeFinding(`caller-${caller}`, `event-${number}-${caller}`, step.state);
      await insist(() => sendAlert(finding, world));
      const { groupID } = nameGroup(
        finding.group === 'guard' ? { functionArn: null, caller: null } : finding.group,
      );
      found.set(groupID, (found.get(groupID) ?? 0) + 1);
    }
  }
  crashOnce(world, 0);
  for (let hour = 0; hour < 49; hour += 1) {
    world.clock.advance(HOUR);
    await sendDigest(`last-${hour}`, GUARD, world);
  }
  return found;
}

/** How often each group's findings were told: singly, or in the count of a digest. */
function countTold({ digests, singles }: DatedAlerts): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  const add = (groupID: string, count: number) => told.set(groupID, (told.get(groupID) ?? 0) + count);
  for (const { attributes } of singles) add(attributes['group'] ?? '', 1);
  for (const { groups } of digests) {
    for (const { groupID, deferred, repeated } of groups) add(groupID, deferred + repeated);
  }
  return told;
}

describe('any history of findings, crashes and digests', () => {
  it('sends a bounded number of messages in each hour, and tells every finding', async () => {
    let crashes = 0;
    let deferred = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const world = buildWorld();
        const found = await play(world, history);
        for (const hour of new Set(world.alerts.sent.map((sent) => sent.hour))) {
          const sent = world.alerts.sent.filter((other) => other.hour === hour);
          const digests = sent.filter(({ alert }) => alert.event.kind === 'digest').length;
          expect(digests).toBeLessThanOrEqual(MESSAGES_PER_WINDOW.digest);
          expect(sent.length - digests).toBeLessThanOrEqual(MESSAGES_PER_WINDOW.finding);
          for (const group of found.keys()) {
            const ofGroup = sent.filter(({ alert }) => alert.attributes['group'] === group);
            expect(ofGroup.length).toBeLessThanOrEqual(MESSAGES_PER_GROUP);
          }
        }
        expect(world.alertBook.pending.size).toBe(0);
        const told = countTold(world.alerts);
        const crashed = history.some((step) => step.kind !== 'pass' && step.crashAt > 0);
        if (crashed) {
          for (const [groupID, count] of found) {
            expect(told.get(groupID)).toBeGreaterThanOrEqual(count);
          }
        } else {
          expect(told).toEqual(found);
        }
        crashes += crashed ? 1 : 0;
        deferred += world.alertBook.deferred.length;
      }),
      { seed: 20261121, numRuns: 200 },
    );
    expect(crashes).toBeGreaterThan(50);
    expect(deferred).toBeGreaterThan(1_000);
  });
});
