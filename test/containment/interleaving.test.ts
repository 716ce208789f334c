import * as fc from 'fast-check';
import type { RecordPath } from '../../containment/ports.ts';
import { handleRecord } from '../../containment/record-handling.ts';
import type { Mode } from '../../core/allowlist/allowlist.ts';
import { composeMalloryCall, FUNCTION_ARN, GUARD, PLANTED_GRANT, POLICY, TARGET } from './calls.ts';
import { composeChange, listForChanges } from './change-world.ts';
import { buildGuardWorld, type GuardWorld } from './guard-world.ts';

/** What a run dies of. */
class Death extends Error {}

interface Draw {
  readonly kind: keyof typeof RECORDS;
  /** `diesAt`: the call of a port at which the first run of the delivery dies; 0 for none. */
  readonly deliveries: readonly { readonly path: RecordPath; readonly diesAt: number }[];
}

type Common = Readonly<Record<string, unknown>>;

const RECORDS = {
  call: (common: Common) => (composeMalloryCall(common) as { readonly detail: unknown }).detail,
  grant: (common: Common) =>
    composeChange({
      ...common,
      eventName: 'AddPermission20150331v2',
      responseElements: { statement: JSON.stringify({ ...PLANTED_GRANT, Sid: 'other', Principal: '*' }) },
    }),
  url: (common: Common) =>
    composeChange({
      ...common,
      eventName: 'CreateFunctionUrlConfig',
      requestParameters: { functionName: 'thumbnailer', authType: 'NONE' },
    }),
  policy: (common: Common) =>
    composeChange({
      ...common,
      eventName: 'PutResourcePolicy',
      requestParameters: { resourceArn: FUNCTION_ARN, policy: JSON.stringify(POLICY) },
    }),
} as const;

/** The ports of one run: each call waits its turn before and after, and one of them may be its last. */
function watchPorts(world: GuardWorld, turn: () => Promise<void>, diesAt: number): GuardWorld {
  let calls = 0;
  const enter = async (): Promise<void> => {
    await turn();
    calls += 1;
    if (diesAt > 0 && calls >= diesAt) throw new Death();
  };
  const watched = Object.entries(world).map(([name, port]: [string, object]) => [
    name,
    name === 'clock' ? port : watchPort(port, enter),
  ]);
  return Object.fromEntries(watched) as GuardWorld;
}

function watchPort(port: object, enter: () => Promise<void>): object {
  return new Proxy(port, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return async (...given: readonly unknown[]): Promise<unknown> => {
        await enter();
        const answer: unknown = await Reflect.apply(value, target, given);
        await enter();
        return answer;
      };
    },
  });
}

const nameID = (index: number): string => `0b1f6f0e-0000-4000-8000-00000000d00${index}`;

/** Every delivery is run at once, in any order of their steps; what failed comes again until it is done. */
async function deliverAll(draws: readonly Draw[], mode: Mode, world: GuardWorld, scheduler: fc.Scheduler) {
  const jobs = draws.flatMap(({ kind, deliveries }, index) => {
    const userIdentity = { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/m${index}` };
    const detail = RECORDS[kind]({ eventID: nameID(index), userIdentity });
    const input = { 'detail-type': 'AWS API Call via CloudTrail', detail };
    return deliveries.map(({ path, diesAt }, copy) => ({
      input,
      path,
      diesAt,
      messageId: `${index}-${copy}`,
    }));
  });
  const run = async (
    job: (typeof jobs)[number],
    turn: () => Promise<void>,
    diesAt: number,
    deliveryCount = 1,
  ) => {
    const ports = watchPorts(world, turn, diesAt);
    const { input, path, messageId } = job;
    return handleRecord({ input, path, messageId, deliveryCount }, listForChanges(mode), GUARD, ports);
  };
  const turn = (): Promise<void> => scheduler.schedule(Promise.resolve());
  const ended = await scheduler.waitFor(Promise.allSettled(jobs.map((job) => run(job, turn, job.diesAt))));
  for (const [index, { status }] of ended.entries()) {
    const job = jobs[index];
    // Longer than any run and any claim takes.
    world.clock.advance(20 * 60_000);
    if (status === 'rejected' && job !== undefined) await run(job, async () => undefined, 0, 2);
  }
}

const delivery = fc.record({
  path: fc.constantFrom<RecordPath>('live', 'sweep'),
  diesAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })),
});
const deliveries: fc.Arbitrary<Draw['deliveries']> = fc.oneof(
  fc.array(delivery, { minLength: 1, maxLength: 3 }),
  fc.constant<Draw['deliveries']>([
    { path: 'live', diesAt: 0 },
    { path: 'sweep', diesAt: 0 },
  ]),
);
const draw = fc.record({
  kind: fc.constantFrom('call', 'call', 'grant', 'url', 'policy'),
  deliveries,
});

describe('deliveries by both ways at once, some of which die', () => {
  it.each<Mode>(['observe', 'enforce'])(
    'lose no finding, and tell none twice that both ways bring, in %s',
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(draw, { minLength: 1, maxLength: 3 }),
          fc.scheduler(),
          async (draws, scheduler) => {
            const world = buildGuardWorld();
            world.policies.place(TARGET, POLICY);
            const before = world.policies.look(TARGET);
            await deliverAll(draws, mode, world, scheduler);
            const smooth = draws.every(({ deliveries: all }) => all.every(({ diesAt }) => diesAt === 0));
            for (const [index, { deliveries: all }] of draws.entries()) {
              const told = world.alerts.published.filter(
                ({ event }) => 'eventID' in event && event.eventID === nameID(index),
              );
              expect(told.length).toBeGreaterThan(0);
              const paths = new Set(all.map(({ path }) => path));
              if (smooth && paths.size === all.length) expect(told).toHaveLength(1);
            }
            const after = world.policies.look(TARGET);
            if (mode === 'observe') expect(after).toBe(before);
            else expect(after?.Statement).not.toContainEqual(PLANTED_GRANT);
          },
        ),
        { seed: 20261121, numRuns: 250 },
      );
    },
  );
});
