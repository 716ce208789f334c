import * as fc from 'fast-check';
import type { Caller } from '../../../core/caller/caller.ts';
import { authorizeRequest } from '../../../core/evaluator/authorization.ts';
import type { PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { planRollback, type RollbackInput } from '../../../core/plan/rollback-plan.ts';
import {
  anyCaller,
  attempt,
  FUNCTION_ARN,
  GUARD_ID,
  invokerEntries,
  NOW,
  policyDocument,
} from '../../arbitraries/policy-world.ts';
import { isAllowed } from '../../arbitraries/reference-engine.ts';

const PLANTED = {
  Sid: 'planted',
  Effect: 'Allow',
  Principal: { AWS: '444455556666' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};
const INPUT: PlanInput = {
  policy: { Version: '2012-10-17', Statement: [PLANTED] },
  resourceArn: FUNCTION_ARN,
  entries: [],
  now: NOW,
  guardId: GUARD_ID,
  scope: { kind: 'allowlist' },
  offender: { kind: 'role', roleArn: 'arn:aws:iam::444455556666:role/intruder' },
  lever: 'resourcePolicy',
};

function contain(input: PlanInput = INPUT): RollbackInput {
  const plan = planContainment(input);
  if (plan.kind !== 'replace') throw new Error(`expected a new policy, got ${plan.kind}`);
  return {
    current: plan.policy,
    generations: [{ before: input.policy, ...plan }],
    guardId: GUARD_ID,
    resourceArn: FUNCTION_ARN,
    offenderGrants: 'keepOut',
    caller: null,
    lever: 'resourcePolicy',
  };
}

describe('planRollback', () => {
  it('keeps the grant that let the offender in out, until it is asked for', () => {
    const kept = planRollback(contain());
    expect(kept.kind === 'replace' && kept.policy.Statement).toEqual([]);
    const restored = planRollback({ ...contain(), offenderGrants: 'restore' });
    expect(restored.kind === 'replace' && restored.policy.Statement).toEqual([PLANTED]);
  });

  it('leaves a Sid alone that means something else now', () => {
    const input = contain();
    const newer = { ...PLANTED, Principal: { Service: 'sns.amazonaws.com' } };
    const current = { ...input.current, Statement: [...(input.current?.Statement ?? []), newer] };
    const plan = planRollback({ ...input, current, offenderGrants: 'restore' });
    expect(plan.kind === 'replace' && plan.policy.Statement).toEqual([newer]);
  });

  it('does not bring back what somebody deleted after it had come back', () => {
    const first = contain();
    const second = { before: { Statement: [PLANTED] }, removed: [], added: [], admittedOffender: [] };
    const input = {
      ...first,
      generations: [second, ...first.generations],
      offenderGrants: 'restore' as const,
    };
    const plan = planRollback(input);
    expect(plan.kind === 'replace' && plan.policy.Statement).toEqual([]);
  });

  it('leaves a guard that somebody changed, and says so', () => {
    const input = contain();
    const [guard, ...others] = input.current?.Statement ?? [];
    const current = {
      ...input.current,
      Statement: [{ ...guard, Action: 'lambda:InvokeFunction' }, ...others],
    };
    const plan = planRollback({ ...input, current });
    expect(plan.kind === 'replace' && plan.policy.Statement).toHaveLength(1);
    expect(plan.notes.join()).toContain('somebody changed it');
  });

  it('lifts one caller and nobody else', () => {
    fc.assert(
      fc.property(
        policyDocument(),
        invokerEntries(),
        anyCaller(),
        fc.array(attempt(), { minLength: 4, maxLength: 6 }),
        (policy, entries, caller, tries) => {
          const made = planContainment({ ...INPUT, policy, entries, offender: caller });
          if (made.kind !== 'replace') return;
          const plan = planRollback({
            ...contain(),
            current: made.policy,
            generations: [{ before: policy, ...made }],
            caller,
          });
          if (plan.kind === 'refused') throw new Error(plan.reason);
          const lifted = plan.kind === 'replace' ? plan.policy : made.policy;
          for (const one of tries) {
            const contained = isAllowed(made.policy, one.request);
            const now = isAllowed(lifted, one.request);
            if (contained) expect(now).toBe(true);
            const partly =
              caller.kind === 'service' &&
              one.caller.kind === 'service' &&
              caller.service === one.caller.service;
            const same = isSamePrincipal(one.caller, caller);
            if (!same && !partly && one.keys === 'named') expect(now).toBe(contained);
            if (same && one.keys === 'named' && isAllowed(policy, one.request)) expect(now).toBe(true);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

/** No policy tells which service uses a role. */
function isSamePrincipal(left: Caller, right: Caller): boolean {
  const write = (caller: Caller): string => JSON.stringify({ ...caller, invokedBy: undefined });
  return write(left) === write(right);
}

describe('the two engines', () => {
  it('agree on every request', () => {
    fc.assert(
      fc.property(policyDocument(), attempt(), (policy, { request }) => {
        const decision = authorizeRequest(policy, request);
        if (decision.kind === 'undetermined') return;
        expect(decision.kind === 'allowed').toBe(isAllowed(policy, request));
      }),
      { numRuns: 3000 },
    );
  });
});
