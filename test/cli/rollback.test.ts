import { main } from '../../cli/main.ts';
import { rollBack } from '../../cli/rollback.ts';
import { containTarget } from '../../containment/containment.ts';
import type { Caller } from '../../core/caller/caller.ts';
import { FUNCTION_ARN, GUARD, PLANTED_GRANT, S3_ENTRY, TARGET } from '../containment/calls.ts';
import { buildLiveWorld, countWrites, LIVE, type LiveWorld } from './live-world.ts';
import { recordIo } from './recorded-io.ts';

const MALLORY: Caller = { kind: 'user', userArn: PLANTED_GRANT.Principal.AWS };

async function buildContained(offender: Caller | null = MALLORY): Promise<LiveWorld> {
  const world = buildLiveWorld();
  const scope = { kind: 'allowlist' } as const;
  const request = { eventID: 'event-1', target: TARGET, entries: [S3_ENTRY], scope, offender };
  expect((await containTarget({ ...request, from: 'standing' }, GUARD, world)).kind).toBe('contained');
  return world;
}

async function roll(
  world: LiveWorld,
  options: {
    answer?: string;
    asking?: 'ask' | 'proceed';
    format?: 'human' | 'json';
    offenderGrants?: 'keepOut' | 'restore';
    caller?: Caller;
    target?: typeof LIVE;
  } = {},
) {
  const io = recordIo(options.answer === undefined ? {} : { answer: options.answer });
  const { asking = 'proceed', format = 'human', offenderGrants = 'keepOut' } = options;
  const request = {
    runID: 'rollback-1',
    target: options.target ?? TARGET,
    offenderGrants,
    caller: options.caller ?? null,
    digests: [],
  };
  const code = await rollBack({ request, format, asking }, GUARD, world, io);
  return { code, ...io.written };
}

const sids = (world: LiveWorld) => world.policies.look(TARGET)?.Statement.map(({ Sid }) => Sid);

describe('rolling a function back', () => {
  it('shows which containments are taken back and the difference, then asks and writes', async () => {
    const world = await buildContained();
    const digest = /snapshot SHA-256 [0-9a-f]{64}/;
    const { code, out, err } = await roll(world, { asking: 'ask', answer: 'yes' });
    expect(code).toBe(0);
    expect(out).toContain(
      `${FUNCTION_ARN}\nContainments taken back (compare the SHA-256 with your alert):\n`,
    );
    expect(out).toContain('  2026-11-21T10:00:00.000Z  user arn:aws:iam::111122223333:user/mallory  ');
    expect(out).toMatch(digest);
    expect(out).toMatch(/Policy \(- removed, \+ added\):\n {2}- \{"Sid":"InvokeguardDeny/);
    expect(out).toContain('let a contained caller in, so it stays out; `--restore-offender` gives it back');
    expect(out).toContain('Rolled back.');
    expect(err).toContain('Write this policy? Type yes to go on: ');
    expect(sids(world)).toEqual(['uploads']);
  });

  it("brings the offender's grant back where that is asked for", async () => {
    const world = await buildContained();
    const { out } = await roll(world, { offenderGrants: 'restore' });
    expect(out).toContain('  + {"Sid":"planted"');
    expect(sids(world)).toEqual(['uploads', 'planted']);
  });

  it('names nobody where the containment was hardening', async () => {
    expect((await roll(await buildContained(null))).out).toContain('  no single caller  ');
  });

  it('lifts one caller and leaves the others contained', async () => {
    const world = await buildContained(null);
    const { code, out } = await roll(world, { caller: MALLORY });
    expect(code).toBe(0);
    expect(out).toContain('unless it is listed by then');
    expect(sids(world)?.some((sid) => String(sid).startsWith('InvokeguardDeny'))).toBe(true);
    expect(sids(world)).toContain('planted');
  });

  it.each([
    ['no', 'declined'],
    ['y', 'declined'],
    ['', 'declined'],
    [undefined, 'nobody to ask: use --yes in scripts'],
  ])('changes nothing after the answer %j', async (answer, why) => {
    const world = await buildContained();
    const before = world.policies.look(TARGET);
    const { code, out } = await roll(world, {
      asking: 'ask',
      ...(answer === undefined ? {} : { answer }),
    });
    expect([code, world.policies.look(TARGET)]).toEqual([1, before]);
    expect(out).toContain(`Nothing was changed: ${why}\n`);
    expect(world.ledger.events.has('rollback-1')).toBe(false);
  });

  it('writes nothing over a policy that changed after it was shown', async () => {
    const world = await buildContained();
    const writes = countWrites(world);
    let changed = false;
    world.policies.interrupt = (call) => {
      if (call !== 'writePolicy' || changed) return;
      changed = true;
      world.policies.place(TARGET, { Version: '2012-10-17', Statement: [PLANTED_GRANT] });
    };
    const { code, out } = await roll(world);
    expect([code, countWrites(world)]).toEqual([1, writes + 1]);
    expect(out).toContain('Somebody changed the policy in the meantime: run the command again\n');
    expect(sids(world)).toEqual(['planted']);
  });

  it('says that there is nothing to take back, and ends with 0', async () => {
    const { code, out } = await roll(await buildContained(), { target: LIVE });
    expect(code).toBe(0);
    expect(out).toBe(
      `${FUNCTION_ARN}:live: nothing of ours is in the policy, and nothing that we removed is missing\n`,
    );
  });
});

describe('rollback as JSON', () => {
  it('prints one object for each end', async () => {
    const read = async (options: Parameters<typeof roll>[1], world?: LiveWorld): Promise<unknown> =>
      JSON.parse((await roll(world ?? (await buildContained()), { ...options, format: 'json' })).out);
    expect(await read({})).toMatchObject({
      kind: 'rolledBack',
      removed: expect.arrayContaining([expect.objectContaining({ Effect: 'Deny' })]),
      added: [],
      policy: { Statement: [{ Sid: 'uploads' }] },
    });
    expect(await read({ asking: 'ask', answer: 'no' })).toEqual({ kind: 'declined', reason: 'declined' });
    expect(await read({ target: LIVE })).toMatchObject({ kind: 'nothing' });
    const world = await buildContained();
    world.policies.interrupt = (call) => {
      if (call === 'writePolicy') world.policies.place(TARGET, { Version: '2012-10-17', Statement: [] });
    };
    expect(await read({}, world)).toEqual({ kind: 'changedMeanwhile' });
  });
});

describe('the command line of rollback', () => {
  it.each([
    [['rollback'], '`--function ARN` is missing'],
    [['rollback', '--function', FUNCTION_ARN, '--caller', 'somebody'], '`--caller somebody` names nobody'],
    [['rollback', '--function', FUNCTION_ARN, 'x'], 'unexpected `x`'],
    [['rollback', '--function', FUNCTION_ARN, '--format', 'ndjson'], '`ndjson` is not a format'],
    [['rollback', '--function', FUNCTION_ARN, '--restore-offenders'], 'did you mean `--restore-offender`?'],
    [['rollback', '--function', `${FUNCTION_ARN}:live`, '--qualifier', '7'], 'give it once'],
  ])('%j is refused with 2', async (argv, text) => {
    const io = recordIo();
    expect([await main(argv, io), io.written.out]).toEqual([2, '']);
    expect(io.written.err).toContain(text);
  });
});
