import { handleRecord } from '../../containment/record-handling.ts';
import { type LogPiece, type SweepListener, sweepLog } from '../../containment/sweep.ts';
import { composeAllowlist, composeMalloryCall, composeS3Call, GUARD, POLICY, TARGET } from './calls.ts';
import { buildPlantedWorld, type GuardWorld } from './guard-world.ts';

const KEY =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/111122223333_CloudTrail_eu-west-1_20261121T1000Z_a.json.gz';

/** A record as it stands in a log file, without EventBridge's envelope. */
const strip = (event: unknown): unknown => (event as { readonly detail: unknown }).detail;

/** Sweeps a file with these pieces and answers what was told, and how it ended. */
async function sweep(
  world: GuardWorld,
  pieces: readonly LogPiece[],
  { deliveryCount = 1, deadlineMs = Number.POSITIVE_INFINITY } = {},
): Promise<string[]> {
  const told: string[] = [];
  const listener: SweepListener = {
    handled: (handled) =>
      told.push(handled.kind === 'dealtWith' ? `dealtWith by ${handled.by}` : handled.kind),
    rejected: (position) => told.push(`rejected ${position}`),
    failed: (position) => told.push(`failed ${position}`),
  };
  const logs = {
    async *readLog(key: string): AsyncGenerator<LogPiece> {
      expect(key).toBe(KEY);
      yield* pieces;
    },
  };
  const delivery = { key: KEY, deliveryCount, deadlineMs };
  const end = await sweepLog(delivery, composeAllowlist(), GUARD, { ...world, logs }, listener);
  return [...told, end];
}

async function deliverLive(world: GuardWorld, input: unknown): Promise<string> {
  const delivery = { input, messageId: 'message-1', deliveryCount: 1, path: 'live' } as const;
  const handled = await handleRecord(delivery, composeAllowlist(), GUARD, world);
  return handled.kind === 'dealtWith' ? `dealtWith by ${handled.by}` : handled.kind;
}

function place(...inputs: readonly unknown[]): LogPiece[] {
  return inputs.map((input, index) => ({ kind: 'record', input, position: index + 1 }));
}

const MALLORY = place(strip(composeMalloryCall()));

describe('a violation that is in a log file', () => {
  it('and was dealt with live is passed over at the cost of one read', async () => {
    const world = buildPlantedWorld();
    await deliverLive(world, composeMalloryCall());
    const asked = [...world.policies.calls, ...world.ledger.calls];
    expect(await sweep(world, MALLORY)).toEqual(['dealtWith by live', 'finished']);
    expect([...world.policies.calls, ...world.ledger.calls]).toEqual(asked);
    expect(world.alerts.published).toHaveLength(1);
  });

  it('and comes by EventBridge after that is told once, and found to have been swept', async () => {
    const world = buildPlantedWorld();
    expect(await sweep(world, MALLORY)).toEqual(['alerted', 'finished']);
    expect(await deliverLive(world, composeMalloryCall())).toBe('dealtWith by sweep');
    expect(world.alerts.published).toHaveLength(1);
  });

  it('and nowhere else is contained and alerted', async () => {
    const world = buildPlantedWorld();
    expect(await sweep(world, MALLORY)).toEqual(['alerted', 'finished']);
    expect(world.alerts.published).toHaveLength(1);
    expect(world.policies.look(TARGET)).not.toEqual(POLICY);
    expect(world.convergence.jobs).toHaveLength(1);
  });

  it('is told once, however often the file is delivered', async () => {
    const world = buildPlantedWorld();
    await sweep(world, MALLORY);
    expect(await sweep(world, MALLORY)).toEqual(['dealtWith by sweep', 'finished']);
    expect(world.alerts.published).toHaveLength(1);
  });

  it('and is being dealt with live at that moment fails, and is passed over at the next delivery', async () => {
    const world = buildPlantedWorld();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const publish = world.alerts.publishAlert.bind(world.alerts);
    let begun = (): void => undefined;
    const publishing = new Promise<void>((resolve) => {
      begun = resolve;
    });
    world.alerts.publishAlert = async (alert) => {
      begun();
      await held;
      await publish(alert);
    };
    const live = deliverLive(world, composeMalloryCall());
    await publishing;
    expect(await sweep(world, MALLORY)).toEqual(['failed 1', 'finished']);
    release();
    expect(await live).toBe('alerted');
    expect(await sweep(world, MALLORY, { deliveryCount: 2 })).toEqual(['dealtWith by live', 'finished']);
    expect(world.alerts.published).toHaveLength(1);
  });

  it.each([
    ['the policy is read', 'policies', 'readPolicy'],
    ['the containment begins', 'ledger', 'beginContainment'],
    ['the policy is written', 'policies', 'writePolicy'],
    ['the policy was written', 'policies', 'wrotePolicy'],
    ['the containment is settled', 'ledger', 'settleContainment'],
    ['the finding is claimed', 'sightings', 'claimSighting'],
    ['the alert is published', 'alerts', 'publishAlert'],
    ['the finding is confirmed', 'sightings', 'confirmSighting'],
  ] as const)('is contained and told once where a run dies before %s', async (_, port, call) => {
    const world = buildPlantedWorld();
    let deaths = 1;
    world[port].interrupt = (entered) => {
      if (entered !== call || deaths === 0) return;
      deaths -= 1;
      throw new Error('the function is gone');
    };
    expect(await sweep(world, MALLORY)).toEqual(['failed 1', 'finished']);
    world.clock.advance(16 * 60_000);
    expect(await sweep(world, MALLORY, { deliveryCount: 2 })).toEqual(['alerted', 'finished']);
    expect(world.alerts.published).toHaveLength(1);
    expect(world.policies.look(TARGET)).not.toEqual(POLICY);
    expect(await deliverLive(world, composeMalloryCall())).toBe('dealtWith by sweep');
  });
});

describe('a log file', () => {
  it('with authorized calls asks nobody anything', async () => {
    const world = buildPlantedWorld();
    const calls = place(...Array.from({ length: 3 }, () => strip(composeS3Call())));
    const neverAsked = (call: string): never => {
      throw new Error(`\`${call}\` was asked`);
    };
    world.sightings.interrupt = neverAsked;
    world.policies.interrupt = neverAsked;
    world.ledger.interrupt = neverAsked;
    expect(await sweep(world, calls)).toEqual(['passed', 'passed', 'passed', 'finished']);
    expect([world.mappings.reads, world.mappingMemory.calls]).toEqual([0, []]);
  });

  it('is read on behind a record that fails and one that is none', async () => {
    const world = buildPlantedWorld();
    const pieces: LogPiece[] = [
      ...place(strip(composeMalloryCall()), { a: 1 }),
      { kind: 'rejected', position: 3, reason: 'not JSON' },
      { kind: 'record', input: strip(composeS3Call()), position: 4 },
      { kind: 'rejected', position: null, reason: 'the gzip data is damaged or cut off' },
    ];
    world.sightings.interrupt = () => {
      throw new Error('throttled');
    };
    expect(await sweep(world, pieces)).toEqual([
      'failed 1',
      'rejected 2',
      'rejected 3',
      'passed',
      'rejected null',
      'finished',
    ]);
  });

  it('that is gone is no failure', async () => {
    expect(await sweep(buildPlantedWorld(), [{ kind: 'gone' }])).toEqual(['gone']);
  });

  it('is left where the time is over, and gone on with by beginning again', async () => {
    const world = buildPlantedWorld();
    const second = { eventID: '0b1f6f0e-0000-4000-8000-000000000002', requestParameters: null };
    const pieces = place(strip(composeMalloryCall()), strip(composeMalloryCall(second)));
    const publish = world.alerts.publishAlert.bind(world.alerts);
    world.alerts.publishAlert = async (alert) => {
      world.clock.advance(60_000);
      await publish(alert);
    };
    const deadlineMs = world.clock.nowMs() + 30_000;
    expect(await sweep(world, pieces, { deadlineMs })).toEqual(['alerted', 'outOfTime']);
    expect(await sweep(world, pieces)).toEqual(['dealtWith by sweep', 'alerted', 'finished']);
  });

  it('names its records without an eventID by their place in the file', async () => {
    const world = buildPlantedWorld();
    const nameless = place(strip(composeMalloryCall({ eventID: undefined })));
    expect(await sweep(world, nameless)).toEqual(['alerted', 'finished']);
    expect([...world.ledger.events.keys()]).toEqual([`message-${KEY}#1`]);
  });
});
