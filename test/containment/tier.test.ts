import * as fc from 'fast-check';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import {
  applyTier,
  applyTierRollback,
  prepareTier,
  prepareTierRollback,
  type TierRequest,
  type TierResult,
} from '../../containment/tier.ts';
import type { Tier, TriggerSettings } from '../../core/tier/tier.ts';
import { FUNCTION_ARN } from './calls.ts';
import { StandingClock } from './in-memory-ports.ts';
import { InMemorySwitches, InMemoryTierLedger } from './in-memory-tiers.ts';

const TRIGGERS: TriggerSettings = {
  tier: 'disable-triggers',
  mappings: [
    { uuid: 'm1', sourceArn: 'arn:aws:sqs:eu-west-1:111122223333:orders', state: 'enabled' },
    { uuid: 'm2', sourceArn: null, state: 'disabled' },
  ],
  urls: [
    { qualifier: null, authType: 'NONE' },
    { qualifier: 'live', authType: 'AWS_IAM' },
  ],
};

function buildWorld(reservedConcurrency: number | null = null, triggers = TRIGGERS) {
  const switches = new InMemorySwitches();
  switches.concurrency = { tier: 'freeze', reservedConcurrency, provisioned: [] };
  switches.triggers = triggers;
  return { switches, tiers: new InMemoryTierLedger(), clock: new StandingClock() };
}

type World = ReturnType<typeof buildWorld>;

function ask(tier: Tier, runID = 'run-1'): TierRequest {
  return { runID, functionArn: FUNCTION_ARN, tier };
}

async function putOn(world: World, tier: Tier, runID?: string): Promise<TierResult | string> {
  const request = ask(tier, runID);
  const prepared = await prepareTier(request, world);
  if (prepared.kind !== 'prepared') return `${prepared.kind}: ${prepared.reason}`;
  return applyTier(request, prepared, world);
}

async function takeBack(world: World, tier: Tier): Promise<TierResult | string> {
  const prepared = await prepareTierRollback(ask(tier, 'run-back'), world);
  if (prepared.kind !== 'prepared') return `${prepared.kind}: ${prepared.reason}`;
  return applyTierRollback(prepared, world);
}

describe('freeze', () => {
  it.each([[null], [100]])('sets the reserved concurrency to 0, and the way back to %p', async (before) => {
    const world = buildWorld(before);
    expect(await putOn(world, 'freeze')).toMatchObject({ kind: 'complete', failures: [] });
    expect(world.switches.concurrency.reservedConcurrency).toBe(0);
    expect(await takeBack(world, 'freeze')).toMatchObject({ kind: 'complete', failures: [] });
    expect(world.switches.concurrency.reservedConcurrency).toBe(before);
  });

  it('stores the value before it changes it', async () => {
    const world = buildWorld(100);
    const order: string[] = [];
    world.switches.interrupt = (call) => void order.push(call);
    world.tiers.interrupt = (call) => void order.push(call);
    await putOn(world, 'freeze');
    expect(order.indexOf('storeTier')).toBeLessThan(order.indexOf('turn reservedConcurrency'));
  });

  it('twice keeps the first value', async () => {
    const world = buildWorld(100);
    await putOn(world, 'freeze', 'run-1');
    expect(await putOn(world, 'freeze', 'run-2')).toBe('nothing: its reserved concurrency is 0 already');
    await takeBack(world, 'freeze');
    expect(world.switches.concurrency.reservedConcurrency).toBe(100);
  });

  it('again after somebody thawed it keeps the value that they chose', async () => {
    const world = buildWorld(100);
    await putOn(world, 'freeze', 'run-1');
    world.switches.concurrency = { tier: 'freeze', reservedConcurrency: 50, provisioned: [] };
    await putOn(world, 'freeze', 'run-2');
    await takeBack(world, 'freeze');
    expect(world.switches.concurrency.reservedConcurrency).toBe(50);
  });

  it('is refused while concurrency is provisioned, with the command that deletes it', async () => {
    const world = buildWorld();
    world.switches.concurrency = { tier: 'freeze', reservedConcurrency: null, provisioned: ['live'] };
    const refused = await putOn(world, 'freeze');
    expect(refused).toMatch(/^refused: /);
    expect(refused).toContain(
      `aws lambda delete-provisioned-concurrency-config --function-name '${FUNCTION_ARN}' --qualifier 'live'`,
    );
    expect(world.tiers.records.size).toBe(0);
  });

  it('that AWS refuses is incomplete, and says what AWS said', async () => {
    const world = buildWorld();
    world.switches.refusal = 'InvalidParameterValueException: no';
    expect(await putOn(world, 'freeze')).toMatchObject({
      kind: 'incomplete',
      done: [],
      failures: ['reserved concurrency unreserved -> 0: InvalidParameterValueException: no'],
    });
  });

  it('that does not read back is incomplete', async () => {
    const world = buildWorld(100);
    world.switches.interrupt = (call) => {
      if (call === 'turned reservedConcurrency')
        world.switches.concurrency = { tier: 'freeze', reservedConcurrency: 7, provisioned: [] };
    };
    expect(await putOn(world, 'freeze')).toMatchObject({
      kind: 'incomplete',
      failures: ['reserved concurrency 100 -> 0: it does not read back so'],
    });
  });

  it('that cannot be read back is incomplete, and can be asked for again', async () => {
    const world = buildWorld(100);
    let reads = 0;
    world.switches.interrupt = (call) => {
      if (call === 'readSwitches') reads += 1;
      if (reads === 2) throw new RetryableError('ServiceUnavailable', 'throttled');
    };
    expect(await putOn(world, 'freeze')).toMatchObject({
      kind: 'incomplete',
      failures: ['reserved concurrency 100 -> 0: it could not be read back: throttled'],
    });
    world.switches.interrupt = () => undefined;
    expect(await takeBack(world, 'freeze')).toMatchObject({ kind: 'complete' });
    expect(world.switches.concurrency.reservedConcurrency).toBe(100);
  });

  it('that was cut off before the write is finished by asking again', async () => {
    const world = buildWorld(100);
    world.switches.interrupt = (call) => {
      if (call === 'turn reservedConcurrency') throw new TypeError('the process died');
    };
    await expect(putOn(world, 'freeze', 'run-1')).rejects.toThrow('the process died');
    world.switches.interrupt = () => undefined;
    expect(await putOn(world, 'freeze', 'run-2')).toMatchObject({ kind: 'complete' });
    await takeBack(world, 'freeze');
    expect(world.switches.concurrency.reservedConcurrency).toBe(100);
  });

  it('that was taken back is forgotten: the next one stores what stands then', async () => {
    const world = buildWorld(100);
    await putOn(world, 'freeze', 'run-1');
    await takeBack(world, 'freeze');
    expect(await takeBack(world, 'freeze')).toContain('nothing: ');
    world.switches.concurrency = { tier: 'freeze', reservedConcurrency: 20, provisioned: [] };
    await putOn(world, 'freeze', 'run-2');
    await takeBack(world, 'freeze');
    expect(world.switches.concurrency.reservedConcurrency).toBe(20);
  });

  it('takes what another run stored in between into account', async () => {
    const world = buildWorld(100);
    let stored = 0;
    world.tiers.interrupt = (call) => {
      if (call !== 'storeTier') return;
      stored += 1;
      if (stored > 1) return;
      const snapshot = { ...ask('freeze', 'other'), storedTime: '2026-11-21T09:00:00.000Z', changes: [] };
      world.tiers.records.set(`${FUNCTION_ARN} freeze`, { snapshot, state: 'standing' });
    };
    expect(await putOn(world, 'freeze')).toMatchObject({ kind: 'complete' });
    expect(stored).toBe(2);
  });

  it('gives way to a run that always wins', async () => {
    const world = buildWorld(100);
    let runs = 0;
    world.tiers.interrupt = (call) => {
      if (call !== 'storeTier') return;
      runs += 1;
      const snapshot = { ...ask('freeze', `other-${runs}`), storedTime: '', changes: [] };
      world.tiers.records.set(`${FUNCTION_ARN} freeze`, { snapshot, state: 'standing' });
    };
    await expect(putOn(world, 'freeze')).rejects.toThrow(RetryableError);
    expect(world.switches.concurrency.reservedConcurrency).toBe(100);
  });
});

describe('disable-triggers', () => {
  it('disables what is enabled, and gives open URLs AuthType AWS_IAM; the way back restores just these', async () => {
    const world = buildWorld();
    expect(await putOn(world, 'disable-triggers')).toMatchObject({ kind: 'complete' });
    expect(world.switches.triggers.mappings.map(({ state }) => state)).toEqual(['disabled', 'disabled']);
    expect(world.switches.triggers.urls.map(({ authType }) => authType)).toEqual(['AWS_IAM', 'AWS_IAM']);
    await takeBack(world, 'disable-triggers');
    expect(world.switches.triggers).toEqual(TRIGGERS);
  });

  it('turns the other switches where one is not allowed, and names it', async () => {
    const world = buildWorld();
    world.switches.interrupt = (call) => {
      if (call === 'turn eventSourceMapping') throw new PermanentError('AccessDenied', 'not allowed');
    };
    expect(await putOn(world, 'disable-triggers')).toMatchObject({
      kind: 'incomplete',
      done: [{ kind: 'functionUrl' }],
      failures: [expect.stringContaining('event source mapping m1')],
    });
    expect(world.switches.triggers.urls[0]?.authType).toBe('AWS_IAM');
  });

  it('takes up a mapping that was made since, and gives all of them back', async () => {
    const world = buildWorld();
    await putOn(world, 'disable-triggers', 'run-1');
    const added = { uuid: 'm3', sourceArn: null, state: 'enabled' } as const;
    const { triggers } = world.switches;
    world.switches.triggers = { ...triggers, mappings: [...triggers.mappings, added] };
    await putOn(world, 'disable-triggers', 'run-2');
    expect(world.switches.triggers.mappings.every(({ state }) => state === 'disabled')).toBe(true);
    await takeBack(world, 'disable-triggers');
    expect(world.switches.triggers.mappings).toEqual([...TRIGGERS.mappings, added]);
  });

  it('leaves a mapping that was deleted since alone, and says so', async () => {
    const world = buildWorld();
    await putOn(world, 'disable-triggers');
    world.switches.triggers = { ...world.switches.triggers, mappings: [] };
    const prepared = await prepareTierRollback(ask('disable-triggers'), world);
    expect(prepared).toMatchObject({
      changes: [{ kind: 'functionUrl', before: 'AWS_IAM', after: 'NONE' }],
      left: [expect.stringContaining('it does not exist any more')],
    });
  });

  it('has nothing to do where nothing is open', async () => {
    const world = buildWorld(null, { tier: 'disable-triggers', mappings: [], urls: [] });
    expect(await putOn(world, 'disable-triggers')).toMatch(/^nothing: it has no enabled/);
  });

  it('whose way back fails stays in the ledger', async () => {
    const world = buildWorld();
    await putOn(world, 'disable-triggers');
    world.switches.refusal = 'no';
    expect(await takeBack(world, 'disable-triggers')).toMatchObject({ kind: 'incomplete' });
    world.switches.refusal = undefined;
    expect(await takeBack(world, 'disable-triggers')).toMatchObject({ kind: 'complete' });
    expect(world.switches.triggers).toEqual(TRIGGERS);
  });
});

describe('whatever stood before', () => {
  const triggers = fc.record({
    tier: fc.constant('disable-triggers' as const),
    mappings: fc.uniqueArray(
      fc.record({
        uuid: fc.string({ minLength: 1 }),
        sourceArn: fc.constantFrom(null, 'arn:aws:sqs:eu-west-1:111122223333:orders'),
        state: fc.constantFrom('enabled' as const, 'disabled' as const),
      }),
      { selector: ({ uuid }) => uuid },
    ),
    urls: fc.uniqueArray(
      fc.record({
        qualifier: fc.constantFrom(null, 'live', 'test'),
        authType: fc.constantFrom('NONE' as const, 'AWS_IAM' as const),
      }),
      { selector: ({ qualifier }) => qualifier },
    ),
  });

  it('comes back, however often the tiers were asked for and wherever a run died', async () => {
    const reserved = fc.option(fc.nat({ max: 1000 }));
    const tier = fc.constantFrom<Tier>('freeze', 'disable-triggers');
    await fc.assert(
      fc.asyncProperty(
        reserved,
        triggers,
        tier,
        fc.nat({ max: 12 }),
        async (concurrency, open, asked, dies) => {
          const world = buildWorld(concurrency, open);
          let calls = 0;
          const die = () => {
            calls += 1;
            if (calls === dies) throw new TypeError('the process died');
          };
          world.switches.interrupt = die;
          world.tiers.interrupt = die;
          for (const runID of ['run-1', 'run-2', 'run-3']) {
            await putOn(world, asked, runID).catch((error: unknown) => {
              if (!(error instanceof TypeError)) throw error;
            });
          }
          world.switches.interrupt = () => undefined;
          world.tiers.interrupt = () => undefined;
          const { switches } = world;
          if (asked === 'freeze') expect(switches.concurrency.reservedConcurrency).toBe(0);
          else {
            expect(switches.triggers.mappings.some(({ state }) => state === 'enabled')).toBe(false);
            expect(switches.triggers.urls.some(({ authType }) => authType === 'NONE')).toBe(false);
          }
          await takeBack(world, asked);
          expect(switches.concurrency.reservedConcurrency).toBe(concurrency);
          expect(switches.triggers).toEqual(open);
        },
      ),
    );
  });
});
