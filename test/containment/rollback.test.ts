import * as fc from 'fast-check';
import { type ContainmentPorts, containTarget } from '../../containment/containment.ts';
import { RetryableError } from '../../containment/errors.ts';
import { MAX_WRITES_PER_HOUR } from '../../containment/ports.ts';
import { applyRollback, prepareRollback, type RollbackRequest } from '../../containment/rollback.ts';
import { digestSnapshot } from '../../containment/snapshot-digest.ts';
import type { Caller } from '../../core/caller/caller.ts';
import type { Lever } from '../../core/plan/containment-plan.ts';
import { policiesMeanSame } from '../../core/policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/policy/document.ts';
import { invokerEntries, policyDocument, policyStatement } from '../arbitraries/policy-world.ts';
import { FUNCTION_ARN, GUARD, PLANTED_GRANT, POLICY, S3_ENTRY, S3_GRANT, TARGET } from './calls.ts';
import { InMemoryLedger, InMemoryPolicies, StandingClock } from './in-memory-ports.ts';

const MALLORY: Caller = { kind: 'user', userArn: PLANTED_GRANT.Principal.AWS };
const EVE: Caller = { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/eve' };
const EVE_GRANT: PolicyStatement = { ...PLANTED_GRANT, Sid: 'eve', Principal: { AWS: EVE.userArn } };
const SNS_GRANT: PolicyStatement = {
  Sid: 'topic',
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};
const READER: PolicyStatement = {
  Sid: 'reader',
  Effect: 'Allow',
  Principal: { AWS: '444455556666' },
  Action: 'lambda:GetFunction',
  Resource: FUNCTION_ARN,
};

interface World extends ContainmentPorts {
  readonly policies: InMemoryPolicies;
  readonly ledger: InMemoryLedger;
  readonly clock: StandingClock;
}

function buildWorld(policy: PolicyDocument | null = POLICY, lever: Lever = 'resourcePolicy'): World {
  const policies = new InMemoryPolicies(lever);
  if (policy !== null) policies.place(TARGET, policy);
  return { policies, ledger: new InMemoryLedger(), clock: new StandingClock() };
}

let runs = 0;

async function contain(world: World, offender: Caller | null = MALLORY): Promise<void> {
  runs += 1;
  world.clock.advance(60_000);
  const scope = { kind: 'allowlist' } as const;
  const request = { eventID: `event-${runs}`, target: TARGET, entries: [S3_ENTRY], scope, offender };
  const outcome = await containTarget({ ...request, from: 'standing' }, GUARD, world);
  expect(outcome.kind).toBe('contained');
}

function compose(more: Partial<RollbackRequest> = {}): RollbackRequest {
  runs += 1;
  return {
    runID: `rollback-${runs}`,
    target: TARGET,
    offenderGrants: 'keepOut',
    caller: null,
    digests: [],
    ...more,
  };
}

async function rollBack(world: World, more: Partial<RollbackRequest> = {}): Promise<string> {
  world.clock.advance(60_000);
  const request = compose(more);
  const prepared = await prepareRollback(request, GUARD, world);
  if (prepared.kind !== 'prepared') return prepared.kind;
  return (await applyRollback(request, prepared, world)).kind;
}

function edit(
  world: World,
  change: (standing: readonly PolicyStatement[]) => readonly PolicyStatement[],
): void {
  const policy = world.policies.look(TARGET) ?? { Version: '2012-10-17', Statement: [] };
  world.policies.place(TARGET, { ...policy, Statement: change(policy.Statement) });
}

function expectPolicy(world: World, statements: readonly PolicyStatement[]): void {
  const expected = { Version: '2012-10-17', Id: 'default', Statement: statements };
  const standing = world.policies.look(TARGET) ?? null;
  if (!policiesMeanSame(standing, expected)) expect(standing).toEqual(expected);
  expect(policiesMeanSame(standing, expected)).toBe(true);
}

describe('contain and roll back', () => {
  it("gives the policy back as it was, but for the offender's grant", async () => {
    const world = buildWorld({ ...POLICY, Statement: [S3_GRANT, PLANTED_GRANT, SNS_GRANT, READER] });
    await contain(world);
    expect(await rollBack(world)).toBe('rolledBack');
    expectPolicy(world, [S3_GRANT, SNS_GRANT, READER]);
  });

  it.each(['resourcePolicy', 'permissions'] as const)(
    'gives it back whole where that is asked for (%s)',
    async (lever) => {
      const world = buildWorld({ ...POLICY, Statement: [S3_GRANT, PLANTED_GRANT, SNS_GRANT, READER] }, lever);
      await contain(world);
      expect(await rollBack(world, { offenderGrants: 'restore' })).toBe('rolledBack');
      expectPolicy(world, [S3_GRANT, PLANTED_GRANT, SNS_GRANT, READER]);
    },
  );

  it('gives everything back after hardening, which had no offender', async () => {
    const world = buildWorld();
    await contain(world, null);
    expect(await rollBack(world)).toBe('rolledBack');
    expectPolicy(world, POLICY.Statement);
  });

  it('takes the policy away again where there was none', async () => {
    const world = buildWorld(null);
    await contain(world, null);
    expect(world.policies.look(TARGET)?.Statement.length).toBeGreaterThan(0);
    expect(await rollBack(world)).toBe('rolledBack');
    expect(world.policies.look(TARGET)).toBeUndefined();
  });

  it('undoes two containments at once, and each keeps its own offender out', async () => {
    const world = buildWorld({ ...POLICY, Statement: [S3_GRANT, PLANTED_GRANT, SNS_GRANT] });
    await contain(world, MALLORY);
    edit(world, (standing) => [...standing, EVE_GRANT]);
    await contain(world, EVE);
    expect(await rollBack(world)).toBe('rolledBack');
    expectPolicy(world, [S3_GRANT, SNS_GRANT]);
  });

  it("still gives the offenders' grants back after a rollback that kept them out", async () => {
    const world = buildWorld();
    await contain(world);
    await rollBack(world);
    expectPolicy(world, [S3_GRANT]);
    expect(await rollBack(world, { offenderGrants: 'restore' })).toBe('rolledBack');
    expectPolicy(world, POLICY.Statement);
  });

  it('has nothing to do the second time, or where nothing was contained', async () => {
    const world = buildWorld();
    expect(await rollBack(world)).toBe('nothing');
    await contain(world);
    await rollBack(world);
    expect(await rollBack(world)).toBe('nothing');
  });
});

describe('what others changed in between', () => {
  it('a statement that they added stays', async () => {
    const world = buildWorld();
    await contain(world);
    edit(world, (standing) => [...standing, EVE_GRANT, READER]);
    await rollBack(world, { offenderGrants: 'restore' });
    expectPolicy(world, [...POLICY.Statement, EVE_GRANT, READER]);
  });

  it('a statement that they took away stays away', async () => {
    const world = buildWorld();
    await contain(world);
    edit(world, (standing) => standing.filter(({ Sid }) => Sid !== 'uploads'));
    await rollBack(world, { offenderGrants: 'restore' });
    expectPolicy(world, [PLANTED_GRANT]);
  });

  it('a Sid that means something else now keeps the old statement out', async () => {
    const world = buildWorld();
    await contain(world);
    const renamed = { ...READER, Sid: 'planted' };
    edit(world, (standing) => [...standing, renamed]);
    await rollBack(world, { offenderGrants: 'restore' });
    expectPolicy(world, [S3_GRANT, renamed]);
  });

  it('a guard that they changed stays, since it is theirs now', async () => {
    const world = buildWorld();
    await contain(world);
    const altered = { ...world.policies.look(TARGET)!.Statement.at(-1)!, Principal: { AWS: '444455556666' } };
    edit(world, (standing) => [...standing.slice(0, -1), altered]);
    await rollBack(world);
    expectPolicy(world, [S3_GRANT, altered]);
  });

  it('after the plan was shown, nothing is written and the ledger forgets the attempt', async () => {
    const world = buildWorld();
    await contain(world);
    const request = compose();
    const prepared = await prepareRollback(request, GUARD, world);
    if (prepared.kind !== 'prepared') throw new Error(prepared.kind);
    edit(world, (standing) => [...standing, READER]);
    const before = world.policies.look(TARGET);
    expect(await applyRollback(request, prepared, world)).toEqual({ kind: 'changedMeanwhile' });
    expect(world.policies.look(TARGET)).toBe(before);
    expect(world.ledger.events.has(request.runID)).toBe(false);
    expect(world.ledger.guarded.has(FUNCTION_ARN)).toBe(true);
    expect(await rollBack(world)).toBe('rolledBack');
  });
});

describe('any policy and any list', () => {
  it('hardened and rolled back means what it meant, with what others added in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        policyDocument(),
        invokerEntries(),
        fc.option(policyStatement(), { nil: undefined }),
        async (policy, entries, later) => {
          const world = buildWorld(policy);
          const scope = { kind: 'allowlist' } as const;
          const request = { eventID: 'event', target: TARGET, entries, scope, offender: null };
          const outcome = await containTarget({ ...request, from: 'standing' }, GUARD, world);
          fc.pre(outcome.kind === 'contained');
          const added = later === undefined ? [] : [{ ...later, Sid: 'addedLater' }];
          edit(world, (standing) => [...standing, ...added]);
          expect(await rollBack(world)).toBe('rolledBack');
          const expected = { ...policy, Statement: [...(policy?.Statement ?? []), ...added] };
          const standing = world.policies.look(TARGET) ?? null;
          expect(policiesMeanSame(standing, policy === null ? { ...standing, ...expected } : expected)).toBe(
            true,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the ledger after a rollback', () => {
  it('no longer lists the function, and no generation is undone twice', async () => {
    const world = buildWorld();
    await contain(world);
    expect(await world.ledger.listGuardedFunctions()).toEqual([FUNCTION_ARN]);
    await rollBack(world);
    expect(await world.ledger.listGuardedFunctions()).toEqual([]);
    const states = (await world.ledger.listContainments(TARGET)).map(({ state }) => state);
    expect(states).toEqual(['rolledBack', 'rolledBack']);
  });

  it('a containment after it starts afresh', async () => {
    const world = buildWorld();
    await contain(world);
    await rollBack(world, { offenderGrants: 'restore' });
    await contain(world);
    expect(await world.ledger.listGuardedFunctions()).toEqual([FUNCTION_ARN]);
    await rollBack(world);
    expectPolicy(world, [S3_GRANT]);
  });

  it('one lifted caller leaves the containment in force, for everybody else', async () => {
    const world = buildWorld({ ...POLICY, Statement: [S3_GRANT, PLANTED_GRANT, EVE_GRANT] });
    await contain(world, null);
    expect(await rollBack(world, { caller: EVE })).toBe('rolledBack');
    const statements = world.policies.look(TARGET)?.Statement ?? [];
    expect(statements).toContainEqual(EVE_GRANT);
    expect(statements).not.toContainEqual(PLANTED_GRANT);
    expect(await world.ledger.listGuardedFunctions()).toEqual([FUNCTION_ARN]);
    expect(await rollBack(world)).toBe('rolledBack');
    expectPolicy(world, [S3_GRANT, PLANTED_GRANT, EVE_GRANT]);
  });

  it('remembers the policy before the rollback, so that a wrong one can be looked up', async () => {
    const world = buildWorld();
    await contain(world);
    const contained = world.policies.look(TARGET);
    await rollBack(world);
    const [latest] = await world.ledger.listContainments(TARGET);
    expect(latest?.snapshot).toMatchObject({ policy: contained, offender: null });
  });
});

describe('what keeps a rollback from being made', () => {
  it('a containment that is going on', async () => {
    const world = buildWorld();
    await contain(world);
    const request = compose();
    const prepared = await prepareRollback(request, GUARD, world);
    if (prepared.kind !== 'prepared') throw new Error(prepared.kind);
    world.ledger.locks.set(`${FUNCTION_ARN}:`, { eventID: 'other', untilMs: world.clock.nowMs() + 1_000 });
    const before = world.policies.look(TARGET);
    await expect(applyRollback(request, prepared, world)).rejects.toThrow(RetryableError);
    expect(world.policies.look(TARGET)).toBe(before);
    world.clock.advance(1_000);
    expect(await applyRollback(request, prepared, world)).toEqual({ kind: 'rolledBack' });
  });

  it('a function that is gone, and a policy that nobody can read', async () => {
    const world = buildWorld();
    await contain(world);
    const policies = {
      readPolicy: async () => ({ kind: 'unreadable', reason: 'the policy is not JSON' }) as const,
      writePolicy: world.policies.writePolicy.bind(world.policies),
    };
    expect(await prepareRollback(compose(), GUARD, { ...world, policies })).toEqual({
      kind: 'refused',
      reason: 'the policy is not JSON',
    });
    world.policies.remove(TARGET);
    expect(await prepareRollback(compose(), GUARD, world)).toMatchObject({ kind: 'nothing' });
  });

  it('a control plane that refuses it', async () => {
    const world = buildWorld();
    await contain(world);
    const request = compose();
    const prepared = await prepareRollback(request, GUARD, world);
    if (prepared.kind !== 'prepared') throw new Error(prepared.kind);
    const policies = {
      readPolicy: world.policies.readPolicy.bind(world.policies),
      writePolicy: async () => ({ kind: 'refused', reason: 'too long' }) as const,
    };
    expect(await applyRollback(request, prepared, { ...world, policies })).toEqual({
      kind: 'refused',
      reason: 'too long',
    });
    expect(world.ledger.events.has(request.runID)).toBe(false);
    expect(world.ledger.locks.size).toBe(0);
  });
});

describe('the digest of a snapshot', () => {
  /** Somebody who can write the table plants a generation whose rollback would open the function. */
  function forgeGeneration(world: World): void {
    const [event] = [...world.ledger.events.values()];
    if (event === undefined) throw new Error('expected a containment');
    const { snapshot } = event;
    const containmentId = '2026-11-21T11:00:00.000Z#forged';
    const plan = { ...snapshot.plan, removed: [{ ...PLANTED_GRANT, Sid: 'forged', Principal: '*' }] };
    world.ledger.events.set('forged', { ...event, snapshot: { ...snapshot, containmentId, plan } });
  }

  async function readDigest(world: World): Promise<string> {
    const [first] = await world.ledger.listContainments(TARGET);
    return first === undefined ? '' : digestSnapshot(first.snapshot);
  }

  it('keeps a planted generation out', async () => {
    const world = buildWorld({ ...POLICY, Statement: [S3_GRANT, PLANTED_GRANT, SNS_GRANT] });
    await contain(world);
    const digests = [await readDigest(world)];
    forgeGeneration(world);
    expect(await rollBack(world, { digests, offenderGrants: 'restore' })).toBe('rolledBack');
    expectPolicy(world, [S3_GRANT, PLANTED_GRANT, SNS_GRANT]);
  });

  it('that fits no stored snapshot is refused: somebody changed the table', async () => {
    const world = buildWorld(POLICY);
    await contain(world);
    const before = world.policies.look(TARGET);
    expect(await rollBack(world, { digests: ['0'.repeat(64)] })).toBe('refused');
    expect(world.policies.look(TARGET)).toBe(before);
  });
});

describe('a policy that was rewritten as often as an hour allows', () => {
  it('can still be rolled back by a person', async () => {
    const world = buildWorld(POLICY);
    for (let round = 0; round < MAX_WRITES_PER_HOUR; round += 1) {
      await contain(world);
      if (round < MAX_WRITES_PER_HOUR - 1) world.policies.place(TARGET, POLICY);
    }
    expect(await rollBack(world)).toBe('rolledBack');
  });
});
