import { containCommand } from '../../cli/contain.ts';
import { rollbackCommand } from '../../cli/rollback.ts';
import { putTierOn, takeTierBack } from '../../cli/tier.ts';
import { namesTier, readTierOptions, type TierOptions } from '../../cli/tier-options.ts';
import { PermanentError } from '../../containment/errors.ts';
import type { Tier } from '../../core/tier/tier.ts';
import { FUNCTION_ARN, GUARD } from '../containment/calls.ts';
import { InMemoryAlerts, StandingClock } from '../containment/in-memory-ports.ts';
import { InMemorySwitches, InMemoryTierLedger } from '../containment/in-memory-tiers.ts';
import { recordIo } from './recorded-io.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');

function buildWorld() {
  const switches = new InMemorySwitches();
  switches.concurrency = { tier: 'freeze', reservedConcurrency: 100, provisioned: [] };
  return {
    switches,
    tiers: new InMemoryTierLedger(),
    clock: new StandingClock(),
    guard: GUARD,
    alerts: new InMemoryAlerts(),
  };
}

function order(changes: Partial<TierOptions> = {}, tier: Tier = 'freeze'): TierOptions {
  const request = { runID: 'run-1', functionArn: FUNCTION_ARN, tier };
  return { kind: 'options', request, region: 'eu-west-1', format: 'human', run: 'proceed', ...changes };
}

async function putOn(world: ReturnType<typeof buildWorld>, options = order(), answer?: string) {
  const io = recordIo(answer === undefined ? {} : { answer });
  const code = await putTierOn(options, world, io);
  return { code, ...io.written };
}

async function takeBack(world: ReturnType<typeof buildWorld>, options = order()) {
  const io = recordIo();
  const code = await takeTierBack(options, world, io);
  return { code, ...io.written };
}

describe('contain --tier', () => {
  it('shows the change and what it does not stop, makes it, and says how to take it back', async () => {
    const world = buildWorld();
    const { code, out } = await putOn(world);
    expect(code).toBe(0);
    expect(out).toContain('  reserved concurrency 100 -> 0\n');
    expect(out).toContain('asynchronous events that Lambda has accepted stay queued');
    expect(out).toMatch(/Done and read back: 1 of 1 settings\.\nSnapshot SHA-256 [0-9a-f]{64}\./);
    expect(out).toContain(`  npx invokeguard rollback --tier freeze --function '${FUNCTION_ARN}'\n`);
  });

  it('alerts, so that nobody wonders about a function that does not answer', async () => {
    const world = buildWorld();
    await putOn(world);
    await takeBack(world);
    const [on, off] = world.alerts.published;
    expect(on?.subject).toBe('Invokeguard: freeze put on: thumbnailer');
    expect(on?.text).toContain('reserved concurrency 100 -> 0');
    expect(on?.text).toContain(`npx invokeguard rollback --tier freeze --function '${FUNCTION_ARN}'`);
    expect(on?.event).toMatchObject({ kind: 'tier', direction: 'putOn', done: [{ before: 100, after: 0 }] });
    expect(on?.attributes).toMatchObject({ kind: 'tier', outcome: 'contained' });
    expect(off?.subject).toBe('Invokeguard: freeze taken back: thumbnailer');
    expect(off?.event).toMatchObject({ direction: 'takenBack', rollback: null, notStopped: [] });
  });

  it('stands where the alert cannot be sent, with a warning', async () => {
    const world = buildWorld();
    world.alerts.interrupt = () => {
      throw new PermanentError('AccessDenied', '`sns:Publish` is not allowed');
    };
    const { code, err } = await putOn(world);
    expect(code).toBe(0);
    expect(err).toBe('warning: nobody was alerted: `sns:Publish` is not allowed\n');
    expect(world.switches.concurrency.reservedConcurrency).toBe(0);
  });

  it('alerts about what failed as about something refused', async () => {
    const world = buildWorld();
    world.switches.refusal = 'no';
    await putOn(world);
    const [alert] = world.alerts.published;
    expect(alert?.subject).toBe('Invokeguard: freeze NOT wholly put on: thumbnailer');
    expect(alert?.text).toContain('FAILED:\n  reserved concurrency 100 -> 0: no');
    expect(alert?.attributes['outcome']).toBe('refused');
  });

  it('changes nothing in a dry run', async () => {
    const world = buildWorld();
    const { code, out } = await putOn(world, order({ run: 'dryRun', format: 'json' }));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'planned',
      tier: 'freeze',
      functionArn: FUNCTION_ARN,
      changes: [{ kind: 'reservedConcurrency', before: 100, after: 0 }],
    });
    expect(world.switches.calls).toEqual(['readSwitches']);
    expect(world.tiers.records.size).toBe(0);
    expect(world.alerts.published).toEqual([]);
  });

  it.each([
    ['no', 'declined'],
    [undefined, 'nobody to ask: use --yes in scripts'],
  ])('changes nothing where the answer is %p', async (answer, why) => {
    const world = buildWorld();
    const { code, out } = await putOn(world, order({ run: 'ask' }), answer);
    expect(code).toBe(1);
    expect(out).toContain(`Nothing was changed: ${why}`);
    expect(world.switches.concurrency.reservedConcurrency).toBe(100);
  });

  it('asks, and goes on at a yes', async () => {
    const world = buildWorld();
    const { code, err } = await putOn(world, order({ run: 'ask' }), 'yes');
    expect(code).toBe(0);
    expect(err).toContain('Change these settings?');
    expect(world.switches.concurrency.reservedConcurrency).toBe(0);
  });

  it('says loudly what failed', async () => {
    const world = buildWorld();
    world.switches.refusal = 'InvalidParameterValueException: no';
    const { code, out } = await putOn(world);
    expect(code).toBe(1);
    expect(out).toContain('NOT ALL WAS STOPPED: 1 of 1 settings failed.');
    expect(out).toContain('InvalidParameterValueException: no');
  });

  it('refuses with exit code 1, and has nothing to do with exit code 0', async () => {
    const world = buildWorld();
    world.switches.concurrency = { tier: 'freeze', reservedConcurrency: 1, provisioned: ['live'] };
    const refused = await putOn(world, order({ format: 'json' }));
    expect([refused.code, JSON.parse(refused.out).kind]).toEqual([1, 'refused']);
    const idle = await putOn(world, order({ format: 'json' }, 'disable-triggers'));
    expect([idle.code, JSON.parse(idle.out).kind]).toEqual([0, 'nothing']);
  });
});

describe('rollback --tier', () => {
  it('shows the digest that was printed, and puts the value back', async () => {
    const world = buildWorld();
    const digest = /SHA-256 ([0-9a-f]{64})/.exec((await putOn(world)).out)?.[1] ?? 'none';
    const { code, out } = await takeBack(world);
    expect(code).toBe(0);
    expect(out).toContain(digest);
    expect(out).toContain('  reserved concurrency 0 -> 100\n');
    expect(world.switches.concurrency.reservedConcurrency).toBe(100);
  });

  it('leaves what somebody set since, and says so', async () => {
    const world = buildWorld();
    await putOn(world);
    world.switches.concurrency = { tier: 'freeze', reservedConcurrency: 7, provisioned: [] };
    const { code, out } = await takeBack(world);
    expect(code).toBe(0);
    expect(out).toContain('somebody set it to 7 since');
    expect(world.switches.concurrency.reservedConcurrency).toBe(7);
  });

  it('has nothing to do where the ledger has no tier', async () => {
    const { code, out } = await takeBack(buildWorld(), order({ format: 'json' }));
    expect([code, JSON.parse(out).kind]).toEqual([0, 'nothing']);
  });
});

describe('the arguments of a tier', () => {
  it.each([
    [['--tier', 'freeze'], true],
    [['--function', 'x', '--tier=freeze'], true],
    [['--function', 'x'], false],
    [['--', '--tier'], false],
  ])('%j name one: %p', (args, named) => {
    expect(namesTier(args)).toBe(named);
  });

  it('are read into a request', () => {
    const args = ['--tier', 'freeze', '--function', FUNCTION_ARN, '--yes', '--format', 'json'];
    expect(readTierOptions('contain', args, NOW)).toEqual({
      kind: 'options',
      request: {
        runID: 'contain-freeze-2026-11-21T10:00:00.000Z',
        functionArn: FUNCTION_ARN,
        tier: 'freeze',
      },
      region: 'eu-west-1',
      format: 'json',
      run: 'proceed',
    });
  });

  it.each([
    ['another tier', ['--tier', 'melt'], '`melt` is no tier'],
    ['all functions', ['--tier', 'freeze', '--all'], '`--all` does not go with `--tier`'],
    ['one caller', ['--tier', 'freeze', '--caller', 'x'], '`--caller` does not go with `--tier`'],
    ['a qualifier', ['--tier', 'freeze', '--function', `${FUNCTION_ARN}:live`], 'leave `:live` out'],
    ['no function', ['--tier', 'freeze'], '`--function ARN` is missing'],
    [
      'the guard itself',
      ['--tier', 'freeze', '--function', FUNCTION_ARN.replace('thumbnailer', 'invokeguard-remediator')],
      'is the guard itself',
    ],
  ])('may not name %s', async (_, args, problem) => {
    const io = recordIo();
    expect(await containCommand.run(args, io)).toBe(2);
    expect(io.written.err).toContain(problem);
    expect(io.written.err).toContain('usage: invokeguard contain');
  });

  it('may free the guard itself, should it ever be frozen', () => {
    const arn = FUNCTION_ARN.replace('thumbnailer', 'invokeguard-remediator');
    expect(readTierOptions('rollback', ['--tier', 'freeze', '--function', arn], NOW).kind).toBe('options');
  });

  it('are read by rollback, too', async () => {
    const io = recordIo();
    expect(await rollbackCommand.run(['--tier', 'melt', '--function', FUNCTION_ARN], io)).toBe(2);
    expect(io.written.err).toContain('usage: invokeguard rollback');
  });
});
