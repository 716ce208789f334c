import * as fc from 'fast-check';
import { type InvokerEntry, isLive } from '../../../core/allowlist/allowlist.ts';
import type { Caller } from '../../../core/caller/caller.ts';
import type { ContainmentPlan, PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { planRollback } from '../../../core/plan/rollback-plan.ts';
import { policiesMeanSame } from '../../../core/policy/canonical-form.ts';
import type { PolicyDocument } from '../../../core/policy/document.ts';
import { breaksLaw, isCertainlyUnlisted, readReach } from '../../arbitraries/law.ts';
import {
  anyCaller,
  attachTo,
  attempt,
  callQualifier,
  FUNCTION_ARN,
  forgetServices,
  GUARD_ID,
  invokerEntries,
  judgeListing,
  NOW,
  policyDocument,
  policyStatement,
  QUALIFIERS,
  qualifyArn,
} from '../../arbitraries/policy-world.ts';
import { isAllowed } from '../../arbitraries/reference-engine.ts';

const RUNS = { numRuns: 3000 };

function inputOf(
  policy: PolicyDocument | null,
  entries: PlanInput['entries'],
  more: Partial<PlanInput> = {},
): PlanInput {
  return {
    policy,
    resourceArn: FUNCTION_ARN,
    entries,
    now: NOW,
    guardId: GUARD_ID,
    scope: { kind: 'allowlist' },
    offender: null,
    lever: 'resourcePolicy',
    ...more,
  };
}

function resultOf(plan: ContainmentPlan, before: PolicyDocument | null): PolicyDocument | null {
  // Several narrowed wildcards that overlap may take more than a policy holds: then nothing is written.
  fc.pre(plan.kind !== 'refused' || !plan.reason.includes('characters'));
  if (plan.kind === 'refused') throw new Error(`refused: ${plan.reason}`);
  return plan.kind === 'unchanged' ? before : plan.policy;
}

describe('the law', () => {
  it('lets in exactly those listed callers that got in before, now and after each expiry', () => {
    fc.assert(
      fc.property(
        policyDocument(),
        invokerEntries(),
        fc.array(attempt(), { minLength: 4, maxLength: 8 }),
        fc.constantFrom(...QUALIFIERS),
        (plain, entries, tries, qualifier) => {
          const resourceArn = qualifyArn(qualifier);
          const policy = attachTo(plain, resourceArn);
          const plan = planContainment(inputOf(policy, entries, { resourceArn }));
          const after = resultOf(plan, policy);
          for (const one of tries.map((each) => callQualifier(each, qualifier))) {
            expect(breaksLaw(policy, after, entries, one, readReach(plan))).toBeNull();
          }
        },
      ),
      RUNS,
    );
  });

  it('never widens access and never shuts out a listed caller where only single grants can be written', () => {
    fc.assert(
      fc.property(
        policyDocument(),
        invokerEntries(),
        fc.array(attempt(), { minLength: 4, maxLength: 8 }),
        (policy, entries, tries) => {
          const plan = planContainment(inputOf(policy, entries, { lever: 'permissions' }));
          const after = resultOf(plan, policy);
          for (const { request, caller, recorded } of tries) {
            const was = isAllowed(policy, request);
            const is = isAllowed(after, request);
            if (is) expect(was).toBe(true);
            const live = entries.filter((entry) => isLive(entry, NOW));
            if (was && judgeListing(live, caller, NOW, recorded) === 'listed') expect(is).toBe(true);
          }
        },
      ),
      RUNS,
    );
  });

  it.each(['resourcePolicy', 'permissions'] as const)('plans nothing more on its own result: %s', (lever) => {
    fc.assert(
      fc.property(policyDocument(), invokerEntries(), (policy, entries) => {
        const after = resultOf(planContainment(inputOf(policy, entries, { lever })), policy);
        expect(planContainment(inputOf(after, entries, { lever })).kind).toBe('unchanged');
      }),
      RUNS,
    );
  });

  it('gives the same policy whatever the order of statements and entries', () => {
    fc.assert(
      fc.property(policyDocument(), invokerEntries(), (policy, entries) => {
        const turned = policy === null ? null : { ...policy, Statement: [...policy.Statement].reverse() };
        const one = resultOf(planContainment(inputOf(policy, entries)), policy);
        const other = resultOf(planContainment(inputOf(turned, [...entries].reverse())), turned);
        expect(policiesMeanSame(one, other)).toBe(true);
      }),
      RUNS,
    );
  });

  it('holds against a grant that somebody adds later', () => {
    fc.assert(
      fc.property(
        policyDocument(),
        invokerEntries(),
        policyStatement(),
        attempt(),
        (policy, entries, grant, one) => {
          const plan = planContainment(inputOf(policy, entries));
          const after = resultOf(plan, policy);
          const later = { ...after, Statement: [...(after?.Statement ?? []), { ...grant, Sid: 'later' }] };
          const live = entries.filter((entry) => isLive(entry, NOW));
          if (readReach(plan) === 'whole' && isCertainlyUnlisted(live, one)) {
            expect(isAllowed(later, one.request)).toBe(false);
          }
        },
      ),
      RUNS,
    );
  });

  it('refuses the offender and nobody who is listed, in scope offender', () => {
    fc.assert(
      fc.property(
        policyDocument(),
        invokerEntries(),
        anyCaller(),
        attempt(),
        (policy, entries, offender, one) => {
          const plan = planContainment(
            inputOf(policy, entries, { scope: { kind: 'offender', offender }, offender }),
          );
          const live = entries.filter((entry) => isLive(entry, NOW));
          // An entry for other calls of the caller spares these; one for all of its calls forbids any Deny.
          const listers = forgetServices(live).filter(
            (entry) => judgeListing([forgetPlace(entry)], offender, NOW) !== 'unlisted',
          );
          if (listers.some((entry) => isForAllCalls(entry, offender))) {
            expect(plan.kind).toBe('refused');
            return;
          }
          const after = resultOf(plan, policy);
          const was = isAllowed(policy, one.request);
          const is = isAllowed(after, one.request);
          if (is) expect(was).toBe(true);
          if (was && judgeListing(live, one.caller, NOW, one.recorded) === 'listed') expect(is).toBe(true);
          const same =
            JSON.stringify({ ...one.caller, invokedBy: undefined }) ===
            JSON.stringify({ ...offender, invokedBy: undefined });
          const told = one.keys === 'named' && one.request.context.has('aws:principalaccount');
          if (same && told && isCertainlyUnlisted(live, { ...one, atMs: NOW })) expect(is).toBe(false);
        },
      ),
      RUNS,
    );
  });
});

function forgetPlace(entry: InvokerEntry): InvokerEntry {
  const { sourceIp: _, vpcEndpoint: __, ...narrowing } = entry.narrowing ?? {};
  return { ...entry, narrowing };
}

function isForAllCalls(entry: InvokerEntry, caller: Caller): boolean {
  const { sourceIp, vpcEndpoint } = entry.narrowing ?? {};
  const named = judgeListing([forgetPlace(entry)], caller, NOW);
  return named === 'unsure' || (sourceIp === undefined && vpcEndpoint === undefined);
}

describe('the way back', () => {
  it.each(['resourcePolicy', 'permissions'] as const)(
    'rollback after containment gives the policy back: %s',
    (lever) => {
      fc.assert(
        fc.property(
          policyDocument(),
          invokerEntries(),
          anyCaller(),
          policyStatement(),
          (policy, entries, offender, grant) => {
            const plan = planContainment(inputOf(policy, entries, { lever, offender }));
            if (plan.kind !== 'replace') return;
            const edit = { ...grant, Sid: 'edit' };
            const edited = { ...plan.policy, Statement: [...plan.policy.Statement, edit] };
            const back = planRollback({
              current: edited,
              generations: [{ before: policy, ...plan }],
              guardId: GUARD_ID,
              resourceArn: FUNCTION_ARN,
              offenderGrants: 'restore',
              caller: null,
              lever,
            });
            const result = resultOf(back, edited);
            const expected = { ...(policy ?? plan.policy), Statement: [...(policy?.Statement ?? []), edit] };
            expect(policiesMeanSame(result, expected)).toBe(true);
          },
        ),
        RUNS,
      );
    },
  );
});
