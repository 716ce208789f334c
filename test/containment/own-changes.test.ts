import { applyRollback, prepareRollback } from '../../containment/rollback.ts';
import { applyTier, applyTierRollback, prepareTier, prepareTierRollback } from '../../containment/tier.ts';
import { composeInertGrant } from '../../core/plan/inert-grant.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/policy/document.ts';
import { composeMalloryCall, FUNCTION_ARN, GUARD, PLANTED_GRANT, POLICY, S3_GRANT, TARGET } from './calls.ts';
import { composeChange, deliverChange, GUARD_ROLE_IDENTITY, MAPPING, readTold } from './change-world.ts';
import { buildGuardWorld, type GuardWorld } from './guard-world.ts';
import { InMemorySwitches } from './in-memory-tiers.ts';

const BY_GUARD = { userIdentity: GUARD_ROLE_IDENTITY };

/** The record of a whole policy that somebody put, a few seconds after the clock's now. */
function composePut(policy: PolicyDocument | undefined, changes: Readonly<Record<string, unknown>> = {}) {
  return composeChange({
    eventName: 'PutResourcePolicy',
    eventTime: '2026-11-21T10:00:02Z',
    requestParameters: { resourceArn: FUNCTION_ARN, policy: JSON.stringify(policy) },
    ...changes,
  });
}

function composeRemoval(sid: unknown, changes: Readonly<Record<string, unknown>> = {}) {
  return composeChange({
    eventName: 'RemovePermission20150331v2',
    eventTime: '2026-11-21T10:00:02Z',
    requestParameters: { functionName: 'thumbnailer', statementId: sid },
    ...changes,
  });
}

function composeGrant(statement: PolicyStatement, changes: Readonly<Record<string, unknown>> = {}) {
  return composeChange({
    eventName: 'AddPermission20150331v2',
    eventTime: '2026-11-21T10:00:02Z',
    responseElements: { statement: JSON.stringify(statement) },
    ...changes,
  });
}

async function buildContained(lever: 'resourcePolicy' | 'permissions' = 'resourcePolicy') {
  const world = buildGuardWorld(lever);
  world.policies.place(TARGET, POLICY);
  const handled = await deliverChange(world, (composeMalloryCall() as { detail: unknown }).detail);
  expect(handled).toMatchObject({ kind: 'alerted', about: { outcome: { kind: 'contained' } } });
  return world;
}

async function readOrigin(world: GuardWorld, record: unknown): Promise<unknown> {
  const handled = await deliverChange(world, record);
  if (handled.kind !== 'change') return handled.kind;
  return handled.response.kind === 'told' ? handled.response.about.origin : handled.response;
}

const SILENT = { kind: 'counted', origin: 'ledger' };
const MISUSE = "Invokeguard: the guard's role was used by somebody else";

describe("the guard's own write", () => {
  it('is passed over in silence: the whole policy that the ledger holds', async () => {
    const world = await buildContained();
    expect(await readOrigin(world, composePut(world.policies.look(TARGET), BY_GUARD))).toMatchObject(SILENT);
    expect(readTold(world)).toEqual([]);
  });

  it('is known again by its meaning, as AWS stores it', async () => {
    const world = await buildContained();
    const policy = world.policies.look(TARGET);
    const Statement = [...(policy?.Statement ?? [])].reverse();
    expect(await readOrigin(world, composePut({ ...policy, Statement }, BY_GUARD))).toMatchObject(SILENT);
  });

  it('is known again where grants are taken away and narrowed one by one', async () => {
    const world = await buildContained('permissions');
    expect(await readOrigin(world, composeRemoval(PLANTED_GRANT.Sid, BY_GUARD))).toMatchObject(SILENT);
    const [containment] = await world.ledger.listContainments(TARGET);
    for (const statement of containment?.snapshot.plan.added ?? []) {
      expect(await readOrigin(world, composeGrant(statement, BY_GUARD))).toMatchObject(SILENT);
    }
    expect(readTold(world)).toEqual([]);
  });

  it('is known again where it is the inert grant, put and taken away', async () => {
    const world = buildGuardWorld();
    expect(await readOrigin(world, composeGrant(composeInertGrant(TARGET), BY_GUARD))).toMatchObject(SILENT);
    expect(await readOrigin(world, composeRemoval('InvokeguardInert', BY_GUARD))).toMatchObject(SILENT);
  });

  it('is nothing to tell where it failed on a function in mode enforce: its entry is forgotten', async () => {
    const world = buildGuardWorld();
    const failed = { ...BY_GUARD, errorCode: 'PreconditionFailedException' };
    expect(await readOrigin(world, composePut(POLICY, failed))).toMatchObject(SILENT);
  });

  it('is known again where it disables a mapping, which is noted first', async () => {
    const world = buildGuardWorld();
    world.mappings.sources.set(MAPPING, 'arn:aws:sqs:eu-west-1:111122223333:evil');
    const mapping = {
      responseElements: {
        uUID: MAPPING.split(':').at(-1),
        eventSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:evil',
        functionArn: FUNCTION_ARN,
      },
    };
    await deliverChange(world, composeChange({ eventName: 'CreateEventSourceMapping20150331', ...mapping }));
    expect([...world.mappings.disabled]).toEqual([MAPPING]);
    const off = composeChange({
      eventID: 'off',
      eventName: 'UpdateEventSourceMapping20150331',
      eventTime: '2026-11-21T10:00:02Z',
      requestParameters: { uUID: mapping.responseElements.uUID, enabled: false },
      ...mapping,
      ...BY_GUARD,
    });
    expect(await readOrigin(world, off)).toMatchObject(SILENT);
    expect(readTold(world)).toHaveLength(1);
  });
});

describe("a write by the guard's role that the ledger does not hold", () => {
  it.each([
    [
      'of another policy',
      (policy: PolicyDocument) => composePut({ ...policy, Statement: [S3_GRANT] }, BY_GUARD),
    ],
    [
      'of the same policy, long after',
      (policy: PolicyDocument) => composePut(policy, { ...BY_GUARD, eventTime: '2026-11-21T11:00:00Z' }),
    ],
    [
      'of the same policy, long before',
      (policy: PolicyDocument) => composePut(policy, { ...BY_GUARD, eventTime: '2026-11-21T09:00:00Z' }),
    ],
    [
      'of the same policy on an alias',
      (policy: PolicyDocument) =>
        composePut(policy, {
          ...BY_GUARD,
          requestParameters: { resourceArn: `${FUNCTION_ARN}:live`, policy: JSON.stringify(policy) },
        }),
    ],
    ['that takes another statement away', () => composeRemoval(S3_GRANT.Sid, BY_GUARD)],
    [
      "with a real grant behind the inert one's Sid",
      () => composeGrant({ ...PLANTED_GRANT, Sid: 'InvokeguardInert' }, BY_GUARD),
    ],
    [
      'that failed on a function that nobody guards',
      () =>
        composeChange({
          ...BY_GUARD,
          eventName: 'AddPermission20150331v2',
          errorCode: 'AccessDenied',
          requestParameters: { functionName: 'other', statementId: 'x', principal: '*', action: 'lambda:*' },
        }),
    ],
    [
      'that disables a mapping which the guard did not mean to',
      () =>
        composeChange({
          ...BY_GUARD,
          eventName: 'UpdateEventSourceMapping20150331',
          requestParameters: { uUID: MAPPING.split(':').at(-1), enabled: false },
          responseElements: {
            uUID: MAPPING.split(':').at(-1),
            eventSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:orders',
            functionArn: FUNCTION_ARN,
          },
        }),
    ],
    [
      "that is nothing of the guard's",
      () => composeChange({ ...BY_GUARD, eventName: 'UpdateFunctionCode20150331v2' }),
    ],
  ])('is told as somebody else with that role: %s', async (_name, compose) => {
    const world = await buildContained();
    const record = compose(world.policies.look(TARGET) ?? POLICY);
    expect(await readOrigin(world, record)).toBe('guardRoleAlone');
    const [told] = readTold(world);
    expect(told?.subject).toContain(MISUSE);
    expect(told?.attributes['verdict']).toBe('tampers');
    expect(told?.text).toContain('somebody else has got hold of that role');
  });

  it('is undone where it opens the function', async () => {
    const world = buildGuardWorld();
    world.policies.place(TARGET, POLICY);
    await deliverChange(world, composeGrant(PLANTED_GRANT, BY_GUARD));
    expect(world.policies.look(TARGET)?.Statement).not.toContainEqual(PLANTED_GRANT);
  });
});

describe('a role with the name of one of ours', () => {
  it.each([
    ['in another account', 'arn:aws:iam::444455556666:role/invokeguard-remediator-eu-west-1'],
    ['with a path', 'arn:aws:iam::111122223333:role/x/invokeguard-remediator-eu-west-1'],
    ['of another Region', 'arn:aws:iam::111122223333:role/invokeguard-remediator-us-east-1'],
  ])('%s is not ours: its inert grant is a door like any other', async (_name, arn) => {
    const world = buildGuardWorld();
    const userIdentity = { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn } } };
    expect(await readOrigin(world, composeGrant(composeInertGrant(TARGET), { userIdentity }))).toBe('others');
  });
});

describe('what a person does with the command', () => {
  const PERSON = { userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ops' } };

  async function rollBack(world: GuardWorld): Promise<void> {
    const request = {
      runID: 'rollback-1',
      target: TARGET,
      offenderGrants: 'restore',
      caller: null,
      digests: [],
    } as const;
    const prepared = await prepareRollback(request, GUARD, world);
    if (prepared.kind !== 'prepared') throw new Error(`nothing to roll back: ${prepared.reason}`);
    expect(await applyRollback(request, prepared, world)).toEqual({ kind: 'rolledBack' });
  }

  it('is not undone by the guard: a rollback', async () => {
    const world = await buildContained();
    world.clock.advance(120_000);
    await rollBack(world);
    const open = world.policies.look(TARGET);
    const record = composePut(open, { ...PERSON, eventTime: '2026-11-21T10:02:01Z' });
    expect(await readOrigin(world, record)).toMatchObject(SILENT);
    expect(world.policies.look(TARGET)).toBe(open);
    expect(readTold(world)).toEqual([]);
  });

  it('is not undone where the clock of the person is minutes behind', async () => {
    const world = await buildContained();
    await rollBack(world);
    const record = composePut(world.policies.look(TARGET), { ...PERSON, eventTime: '2026-11-21T10:04:30Z' });
    expect(await readOrigin(world, record)).toMatchObject(SILENT);
  });

  it('is not undone for a door that was opened before, and whose record comes late: it is told', async () => {
    const world = await buildContained();
    world.clock.advance(120_000);
    await rollBack(world);
    const open = world.policies.look(TARGET);
    const record = composeGrant(
      { ...PLANTED_GRANT, Sid: 'another', Principal: '*' },
      { eventTime: '2026-11-21T10:01:30Z' },
    );
    expect(await readOrigin(world, record)).toBe('others');
    expect(world.policies.look(TARGET)).toBe(open);
    expect(readTold(world)[0]?.text).toContain('a person rolled this policy back after the change was made');
  });

  it.each([
    ['half a minute after it', '2026-11-21T10:02:30Z'],
    ['in the same second, which CloudTrail writes whole', '2026-11-21T10:02:00Z'],
  ])('keeps no door open that is opened %s', async (_when, eventTime) => {
    const world = await buildContained();
    world.clock.advance(120_700);
    await rollBack(world);
    const record = composeGrant({ ...PLANTED_GRANT, Sid: 'another', Principal: '*' }, { eventTime });
    expect(await readOrigin(world, record)).toBe('others');
    expect(JSON.stringify(world.policies.look(TARGET))).toContain('InvokeguardDeny');
  });

  it.each([
    ['a minute after it', '2026-11-21T10:01:00Z', SILENT],
    ['ten minutes after it', '2026-11-21T10:10:00Z', 'others'],
  ])('excuses what says the same %s', async (_when, eventTime, expected) => {
    const world = await buildContained();
    await rollBack(world);
    const origin = await readOrigin(world, composePut(world.policies.look(TARGET), { ...PERSON, eventTime }));
    if (expected === SILENT) expect(origin).toMatchObject(SILENT);
    else expect(origin).toBe(expected);
  });

  it('excuses nobody who writes the same again once the guard has contained anew', async () => {
    const world = await buildContained();
    world.clock.advance(60_000);
    await rollBack(world);
    const open = world.policies.look(TARGET);
    world.clock.advance(60_000);
    const again = { ...(composeMalloryCall() as { detail: object }).detail, eventID: 'second' };
    await deliverChange(world, again);
    const record = composePut(open, { eventTime: '2026-11-21T10:03:00Z' });
    expect(await readOrigin(world, record)).toBe('others');
  });

  it.each([
    ['shortly after', '2026-11-21T09:59:30Z', SILENT],
    ['a day later', '2026-11-22T10:00:00Z', 'others'],
  ])('excuses a trigger that `rollback --tier` switched on again, %s', async (_name, eventTime, expected) => {
    const world = buildGuardWorld();
    const uuid = MAPPING.split(':').at(-1) ?? '';
    world.mappings.sources.set(MAPPING, 'arn:aws:sqs:eu-west-1:111122223333:evil');
    const switches = new InMemorySwitches();
    switches.triggers = {
      tier: 'disable-triggers',
      mappings: [{ uuid, sourceArn: 'arn:aws:sqs:eu-west-1:111122223333:evil', state: 'enabled' }],
      urls: [{ qualifier: null, authType: 'NONE' }],
    };
    const ports = { ...world, switches };
    const request = { runID: 'tier-1', functionArn: FUNCTION_ARN, tier: 'disable-triggers' } as const;
    const tier = await prepareTier(request, ports);
    if (tier.kind !== 'prepared') throw new Error(`no tier: ${tier.reason}`);
    await applyTier(request, tier, ports);
    const back = await prepareTierRollback(request, ports);
    if (back.kind !== 'prepared') throw new Error(`no way back: ${back.reason}`);
    await applyTierRollback(back, ports);
    const on = composeChange({
      ...PERSON,
      eventName: 'UpdateEventSourceMapping20150331',
      eventTime,
      requestParameters: { uUID: uuid, enabled: true },
      responseElements: {
        uUID: uuid,
        eventSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:evil',
        functionArn: FUNCTION_ARN,
      },
    });
    const url = composeChange({
      ...PERSON,
      eventID: 'url',
      eventName: 'UpdateFunctionUrlConfig',
      eventTime,
      requestParameters: { functionName: 'thumbnailer', authType: 'NONE' },
    });
    for (const record of [on, url]) {
      const origin = await readOrigin(world, record);
      if (expected === SILENT) expect(origin).toMatchObject(SILENT);
      else expect(origin).toBe(expected);
    }
    expect(world.mappings.disabled.size).toBe(expected === SILENT ? 0 : 1);
  });
});
