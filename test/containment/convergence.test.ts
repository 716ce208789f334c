import { containTarget } from '../../containment/containment.ts';
import { type Convergence, type ConvergencePorts, convergeFunction } from '../../containment/convergence.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { composeAllowlist, FUNCTION_ARN, GUARD, PLANTED_GRANT, S3_ENTRY, S3_GRANT, TARGET } from './calls.ts';
import { InMemoryLedger, InMemoryPolicies, StandingClock } from './in-memory-ports.ts';

const QUALIFIERS = ['$LATEST', 'live', '2', '1'];

interface World extends ConvergencePorts {
  readonly policies: InMemoryPolicies;
  readonly ledger: InMemoryLedger;
  readonly clock: StandingClock;
}

function buildWorld(): World {
  const policies = new InMemoryPolicies();
  for (const qualifier of [null, ...QUALIFIERS]) {
    const Resource = qualifier === null ? FUNCTION_ARN : `${FUNCTION_ARN}:${qualifier}`;
    const grants = [S3_GRANT, PLANTED_GRANT].map((grant) => ({ ...grant, Resource }));
    policies.place({ functionArn: FUNCTION_ARN, qualifier }, { Version: '2012-10-17', Statement: grants });
  }
  return {
    policies,
    ledger: new InMemoryLedger(),
    clock: new StandingClock(),
    qualifiers: { listQualifiers: async () => QUALIFIERS },
  };
}

async function converge(
  world: World,
  options: { runID?: string; allowlist?: Allowlist; budgetMs?: number } = {},
): Promise<Convergence> {
  const { runID = 'run-1', allowlist = composeAllowlist(), budgetMs = 600_000 } = options;
  const job = { kind: 'function', functionArn: FUNCTION_ARN, runID, offender: null } as const;
  return convergeFunction(job, world.clock.nowMs() + budgetMs, allowlist, GUARD, world);
}

function readOutcomes(convergence: Convergence): Record<string, string> {
  if (convergence.kind !== 'converged') return {};
  return Object.fromEntries(
    convergence.targets.map(({ target, outcome }) => [target.qualifier ?? 'function', outcome.kind]),
  );
}

const writes = (world: World): number => world.policies.calls.filter((call) => call === 'writePolicy').length;

describe('bringing every policy of a function under the allowlist', () => {
  it('rewrites the function, $LATEST, aliases and versions, each with its own ARN', async () => {
    const world = buildWorld();
    expect(readOutcomes(await converge(world))).toEqual({
      function: 'contained',
      $LATEST: 'contained',
      live: 'contained',
      '2': 'contained',
      '1': 'contained',
    });
    const statements = world.policies.look({ functionArn: FUNCTION_ARN, qualifier: 'live' })?.Statement ?? [];
    expect(new Set(statements.map((statement) => statement['Resource']))).toEqual(
      new Set([`${FUNCTION_ARN}:live`]),
    );
    expect(statements).not.toContainEqual(expect.objectContaining({ Sid: 'planted' }));
  });

  it('changes nothing the second time', async () => {
    const world = buildWorld();
    await converge(world);
    const before = writes(world);
    expect(new Set(Object.values(readOutcomes(await converge(world, { runID: 'run-2' }))))).toEqual(
      new Set(['alreadyContained']),
    );
    expect(writes(world)).toBe(before);
  });

  it('stops at the deadline and goes on where it stopped', async () => {
    const world = buildWorld();
    const first = await converge(world, { budgetMs: 1_500 });
    expect(first.kind === 'converged' ? first.pending.length : 0).toBeGreaterThan(0);
    expect(first.kind === 'converged' ? first.targets.length : 0).toBeGreaterThan(0);
    const second = await converge(world);
    expect(second).toMatchObject({ kind: 'converged', pending: [] });
    expect(writes(world)).toBe(5);
  });

  it('lets a caller in that is listed now, and shuts one out that is listed no more', async () => {
    const world = buildWorld();
    await converge(world);
    const mallory = {
      kind: 'user',
      pointer: '/functions/0/invokers/0',
      user: PLANTED_GRANT.Principal.AWS,
    } as const;
    world.clock.advance(3_600_000);
    const convergence = await converge(world, {
      runID: 'run-2',
      allowlist: composeAllowlist('enforce', [mallory]),
    });
    expect(new Set(Object.values(readOutcomes(convergence)))).toEqual(new Set(['contained']));
    const policy = world.policies.look({ functionArn: FUNCTION_ARN, qualifier: null });
    expect(policy?.Statement).toContainEqual(PLANTED_GRANT);
    expect(JSON.stringify(policy)).not.toContain('arn:aws:s3:::uploads');
  });

  it('leaves a function alone that is not in mode enforce', async () => {
    const world = buildWorld();
    expect(await converge(world, { allowlist: composeAllowlist('observe') })).toMatchObject({
      kind: 'leftAlone',
      functionArn: FUNCTION_ARN,
    });
    expect(world.policies.calls).toEqual([]);
  });
});

describe('trouble on the way', () => {
  it('slows down while the control plane throttles, and gets through', async () => {
    const world = buildWorld();
    let throttled = 0;
    world.policies.interrupt = (call) => {
      if (call !== 'readPolicy' || throttled >= 3) return;
      throttled += 1;
      throw new RetryableError('Throttled', 'TooManyRequestsException');
    };
    const began = world.clock.nowMs();
    expect(await converge(world)).toMatchObject({ kind: 'converged', pending: [] });
    expect(writes(world)).toBe(5);
    // Five policies at 600 ms would take 3 s; three throttled tries at 600, 1,200 and 2,400 ms more than double that.
    expect(world.clock.nowMs() - began).toBeGreaterThan(7_000);
  });

  it('one policy that may not be written does not keep the others open', async () => {
    const world = buildWorld();
    let first = true;
    world.policies.interrupt = (call) => {
      if (call !== 'writePolicy' || !first) return;
      first = false;
      throw new PermanentError('AccessDenied', 'no');
    };
    expect(readOutcomes(await converge(world))).toEqual({
      function: 'refused',
      $LATEST: 'contained',
      live: 'contained',
      '2': 'contained',
      '1': 'contained',
    });
  });

  it('puts a removed guard back three times an hour, then leaves it and says so', async () => {
    const world = buildWorld();
    const target = { functionArn: FUNCTION_ARN, qualifier: null };
    const outcomes: unknown[] = [];
    for (let round = 1; round <= 4; round += 1) {
      world.policies.place(target, { Version: '2012-10-17', Statement: [S3_GRANT, PLANTED_GRANT] });
      outcomes.push(readOutcomes(await converge(world, { runID: `run-${round}` }))['function']);
    }
    expect(outcomes).toEqual(['contained', 'contained', 'contained', 'refused']);
    world.clock.advance(3_600_000);
    expect(readOutcomes(await converge(world, { runID: 'run-5' }))['function']).toBe('contained');
  });

  const offender = { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/mallory' } as const;
  it.each([
    ['promises to look again for a whole list', { kind: 'allowlist' }, /looks again within two hours$/],
    [
      'promises nothing for one offender, whom only a call names',
      { kind: 'offender', offender },
      /perhaps\)$/,
    ],
  ] as const)('%s, where it is undone three times an hour', async (_what, scope, end) => {
    const world = buildWorld();
    const request = { target: TARGET, entries: [S3_ENTRY], scope, offender, from: 'standing' } as const;
    const ends: string[] = [];
    for (let round = 1; round <= 4; round += 1) {
      world.policies.place(TARGET, { Version: '2012-10-17', Statement: [S3_GRANT, PLANTED_GRANT] });
      const outcome = await containTarget({ ...request, eventID: `event-${round}` }, GUARD, world);
      ends.push(outcome.kind === 'refused' ? outcome.reason : outcome.kind);
    }
    expect(ends).toEqual(['contained', 'contained', 'contained', expect.stringMatching(end)]);
  });
});
