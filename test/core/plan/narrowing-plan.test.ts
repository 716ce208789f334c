import type { InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import type { Caller } from '../../../core/caller/caller.ts';
import { authorizeRequest } from '../../../core/evaluator/authorization.ts';
import { composeContext } from '../../../core/evaluator/context.ts';
import type { AccessRequest } from '../../../core/evaluator/request.ts';
import type { CallSite } from '../../../core/plan/call-site.ts';
import type { PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { provePlan } from '../../../core/plan/plan-proof.ts';
import { planRollback } from '../../../core/plan/rollback-plan.ts';
import { listWitnesses } from '../../../core/plan/witness.ts';
import { canonicalizeContent } from '../../../core/policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../../../core/policy/document.ts';
import { FUNCTION_ARN, GUARD_ID, NOW, qualifyArn } from '../../arbitraries/policy-world.ts';
import cases from '../../cases/plan/narrowing.json' with { type: 'json' };

interface Call {
  readonly caller: Caller;
  readonly from?: CallSite;
  /** When the call is made; the plan itself is always made now. */
  readonly at?: string;
  readonly answer: 'served' | 'refused';
}

interface Case {
  readonly name: string;
  readonly given: {
    readonly statements: readonly PolicyStatement[];
    readonly entries: readonly InvokerEntry[];
    readonly qualifier?: string;
    readonly offender?: Caller;
    readonly scope?: 'offender';
    readonly lever?: 'permissions';
  };
  readonly expected: {
    readonly kind: string;
    readonly removed: readonly string[];
    readonly added?: readonly PolicyStatement[];
    readonly calls: readonly Call[];
    readonly notes: readonly string[];
    readonly reason?: string;
  };
}

const CASES = cases as unknown as readonly Case[];

function inputOf({ statements, entries, qualifier, offender, scope, lever }: Case['given']): PlanInput {
  return {
    policy: { Version: '2012-10-17', Statement: statements },
    resourceArn: qualifyArn(qualifier ?? null),
    entries,
    now: NOW,
    guardId: GUARD_ID,
    scope:
      scope === 'offender' && offender !== undefined ? { kind: 'offender', offender } : { kind: 'allowlist' },
    offender: offender ?? null,
    lever: lever ?? 'resourcePolicy',
  };
}

/** The call as AWS documents its keys, by a caller whose own policies allow it. */
function describeCall({ caller, from = {}, at }: Call, input: PlanInput): AccessRequest {
  const [witness] = listWitnesses(caller, input, NOW, 'knownKeys');
  if (witness === undefined) throw new Error('nobody can call like that');
  const isAnonymous = caller.kind === 'anonymous';
  const action = isAnonymous ? 'lambda:InvokeFunctionUrl' : 'lambda:InvokeFunction';
  const { principal } = witness.request;
  const context = composeContext(principal, {
    action,
    entrance: isAnonymous ? 'urlWithoutAuth' : 'api',
    now: at === undefined ? NOW : Date.parse(at),
    ...from,
    ...(caller.kind === 'service' ? caller : {}),
  });
  const identity = isAnonymous || caller.kind === 'service' ? 'silent' : 'allows';
  return { action, resource: input.resourceArn, principal, context, identity };
}

function answer(policy: PolicyDocument | null, call: Call, input: PlanInput): string {
  const decision = authorizeRequest(policy, describeCall(call, input));
  return decision.kind === 'allowed' ? 'served' : 'refused';
}

describe('planContainment with narrowed entries', () => {
  it.each(CASES)('$name', ({ given, expected }) => {
    const input = inputOf(given);
    const plan = planContainment(input);
    expect(plan.kind).toBe(expected.kind);
    for (const note of expected.notes) expect(plan.notes.join('\n')).toContain(note);
    if (plan.kind === 'refused') expect(plan.reason).toContain(expected.reason);
    if (plan.kind !== 'replace') return;
    expect(plan.removed.map(({ Sid }) => Sid)).toEqual(expected.removed);
    if (expected.added !== undefined) {
      expect(plan.added.map(canonicalizeContent).sort()).toEqual(
        expected.added.map(canonicalizeContent).sort(),
      );
    }
    for (const call of expected.calls) {
      expect({ ...call, answer: answer(plan.policy, call, input) }).toEqual(call);
    }
    expect(provePlan(input, plan)).toEqual({ kind: 'proven' });
    expect(planContainment({ ...input, policy: plan.policy }).kind).toBe('unchanged');
  });
});

const CI: Caller = { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/ci' };
const OPS: Caller = { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/ops' };
const INSIDE: CallSite = { sourceIp: '203.0.113.7' };
const OUTSIDE: CallSite = { sourceIp: '198.51.100.9' };
const BROAD = {
  Sid: 'broad',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};
const WHOLE_CI: InvokerEntry = {
  pointer: '/functions/0/invokers/0',
  kind: 'role',
  role: 'arn:aws:iam::111122223333:role/ci',
};
const OFFICE_CI: InvokerEntry = { ...WHOLE_CI, narrowing: { sourceIp: ['203.0.113.0/24'] } };

function contain(policy: PolicyDocument | null, entries: readonly InvokerEntry[], offender: Caller) {
  const input: PlanInput = { ...inputOf({ statements: [], entries, offender, scope: 'offender' }), policy };
  const plan = planContainment(input);
  if (plan.kind !== 'replace') throw new Error(`${plan.kind}: ${plan.reason}`);
  return { input, plan };
}

describe('a Deny for one narrowed caller', () => {
  const first = contain({ Version: '2012-10-17', Statement: [BROAD] }, [OFFICE_CI], CI);

  it('stays when the next caller is contained', () => {
    const { input, plan } = contain(first.plan.policy, [OFFICE_CI], OPS);
    expect(plan.removed).toEqual([]);
    expect(answer(plan.policy, { caller: CI, from: OUTSIDE, answer: 'refused' }, input)).toBe('refused');
    expect(answer(plan.policy, { caller: CI, from: INSIDE, answer: 'served' }, input)).toBe('served');
  });

  it('goes when the caller is listed for all of its calls by then', () => {
    const { input, plan } = contain(first.plan.policy, [WHOLE_CI], OPS);
    expect(plan.removed).toEqual(first.plan.added);
    expect(answer(plan.policy, { caller: CI, from: OUTSIDE, answer: 'served' }, input)).toBe('served');
  });

  it('covers all of its calls when the caller is not listed any more', () => {
    const { input, plan } = contain(first.plan.policy, [], OPS);
    expect(plan.removed).toEqual(first.plan.added);
    expect(answer(plan.policy, { caller: CI, from: INSIDE, answer: 'refused' }, input)).toBe('refused');
  });

  it.each([
    ['a Deny for the caller', first.plan],
    [
      'the guards for the list',
      planContainment(inputOf({ statements: [BROAD], entries: [OFFICE_CI], offender: CI })),
    ],
  ])('is lifted for the caller alone: %s', (_what, plan) => {
    if (plan.kind !== 'replace') throw new Error(plan.reason);
    const lift = planRollback({
      current: plan.policy,
      generations: [{ before: { Version: '2012-10-17', Statement: [BROAD] }, ...plan }],
      guardId: GUARD_ID,
      resourceArn: FUNCTION_ARN,
      offenderGrants: 'keepOut',
      caller: CI,
      lever: 'resourcePolicy',
    });
    if (lift.kind !== 'replace') throw new Error(lift.reason);
    const { input } = first;
    expect(answer(lift.policy, { caller: CI, from: OUTSIDE, answer: 'served' }, input)).toBe('served');
    const ops: Call = { caller: OPS, from: OUTSIDE, answer: 'served' };
    expect(answer(lift.policy, ops, input)).toBe(answer(plan.policy, ops, input));
  });
});

describe('the proof of a plan for a narrowed caller', () => {
  it('finds a policy that lets the caller in from elsewhere', () => {
    const input = inputOf({ statements: [BROAD], entries: [OFFICE_CI], offender: CI });
    const plan = planContainment(input);
    if (plan.kind !== 'replace') throw new Error(plan.reason);
    const holed = plan.policy.Statement.filter(
      (statement) => !JSON.stringify(statement).includes('aws:SourceIp'),
    );
    const weak = { ...plan, policy: { ...plan.policy, Statement: holed } };
    expect(provePlan(input, weak)).toMatchObject({ kind: 'refuted' });
  });

  it('finds a policy that shuts the caller out of where it is listed', () => {
    const input = inputOf({ statements: [BROAD], entries: [OFFICE_CI], offender: OPS });
    const plan = planContainment(input);
    if (plan.kind !== 'replace') throw new Error(plan.reason);
    const strict = JSON.parse(
      JSON.stringify(plan.policy).replaceAll('203.0.113.0/24', '203.0.113.128/25'),
    ) as PolicyDocument;
    expect(provePlan(input, { ...plan, policy: strict })).toMatchObject({ kind: 'refuted' });
  });

  it('says that no plan stops a caller who is listed for a service that uses it', () => {
    const entries = [{ ...WHOLE_CI, narrowing: { invokedBy: ['states.amazonaws.com'] } }];
    const input = inputOf({ statements: [BROAD], entries, offender: CI });
    const plan = planContainment(input);
    if (plan.kind !== 'replace') throw new Error(plan.reason);
    expect(provePlan(input, plan)).toMatchObject({ kind: 'refuted' });
  });
});
