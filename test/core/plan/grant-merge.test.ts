import * as fc from 'fast-check';
import type { InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import type { PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { readGrant } from '../../../core/plan/grant.ts';
import { mergeGrants } from '../../../core/plan/grant-merge.ts';
import { provePlan } from '../../../core/plan/plan-proof.ts';
import { planRollback } from '../../../core/plan/rollback-plan.ts';
import { policiesMeanSame } from '../../../core/policy/canonical-form.ts';
import { MAX_POLICY_CHARACTERS, type PolicyStatement } from '../../../core/policy/document.ts';
import { breaksLaw } from '../../arbitraries/law.ts';
import {
  attempt,
  FUNCTION_ARN,
  GUARD_ID,
  invokerEntries,
  NOW,
  policyStatement,
} from '../../arbitraries/policy-world.ts';
import { isAllowed } from '../../arbitraries/reference-engine.ts';

const WHERE = { resourceArn: FUNCTION_ARN, guardId: GUARD_ID, offender: null };
const PADDING = 'x'.repeat(60);

/** As API Gateway and S3 make them: one Allow for each route or bucket, until the policy is full. */
function grantBucket(index: number): PolicyStatement {
  return {
    Sid: `bucket-${String(index)}`,
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: FUNCTION_ARN,
    Condition: {
      ArnLike: { 'AWS:SourceArn': `arn:aws:s3:::bucket-${String(index)}` },
      StringEquals: { 'AWS:SourceAccount': '111122223333' },
    },
  };
}

const BUCKETS = Array.from({ length: 65 }, (_, index) => grantBucket(index));
const S3: InvokerEntry = {
  pointer: '/functions/0/invokers/0',
  kind: 'service',
  service: 's3.amazonaws.com',
  sourceAccount: '111122223333',
};

function inputOf(statements: readonly PolicyStatement[], entries: readonly InvokerEntry[]): PlanInput {
  return {
    policy: { Version: '2012-10-17', Statement: statements },
    resourceArn: FUNCTION_ARN,
    entries,
    now: NOW,
    guardId: GUARD_ID,
    scope: { kind: 'allowlist' },
    offender: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/intruder' },
    lever: 'resourcePolicy',
  };
}

function isUnderstood(statement: PolicyStatement): boolean {
  return readGrant(statement, FUNCTION_ARN).kind !== 'unclear';
}

describe('mergeGrants', () => {
  it('lets in exactly whom the statements let in before', () => {
    fc.assert(
      fc.property(
        fc.array(policyStatement(), { minLength: 2, maxLength: 12 }),
        fc.array(attempt(), { minLength: 4, maxLength: 8 }),
        (statements, tries) => {
          const merged = mergeGrants(statements, WHERE);
          for (const { request } of tries) {
            const was = isAllowed({ Statement: statements }, request);
            expect(isAllowed({ Statement: merged.statements }, request)).toBe(was);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('merges the same whatever the order of statements', () => {
    fc.assert(
      fc.property(fc.array(policyStatement(), { minLength: 2, maxLength: 12 }), (statements) => {
        const one = { Statement: mergeGrants(statements, WHERE).statements };
        const other = { Statement: mergeGrants([...statements].reverse(), WHERE).statements };
        expect(policiesMeanSame(one, other)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a policy that is too long with guards', () => {
  const input = inputOf(BUCKETS, [S3]);

  it('has room before, and fits afterwards because its grants are merged into one', () => {
    expect(JSON.stringify(input.policy).length).toBeLessThan(MAX_POLICY_CHARACTERS);
    const plan = planContainment(input);
    if (plan.kind !== 'replace') throw new Error(plan.reason);
    expect(JSON.stringify(plan.policy).length).toBeLessThanOrEqual(MAX_POLICY_CHARACTERS);
    expect(plan.removed).toEqual(BUCKETS);
    expect(plan.added.filter(({ Effect }) => Effect === 'Allow')).toHaveLength(1);
    expect(provePlan(input, plan)).toEqual({ kind: 'proven' });
    expect(planContainment({ ...input, policy: plan.policy }).kind).toBe('unchanged');
  });

  it('is given back by a rollback, though a grant that let the offender in stays out', () => {
    const broad = {
      Sid: 'broad',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:role/intruder' },
      Action: 'lambda:InvokeFunction',
      Resource: FUNCTION_ARN,
    };
    const before = inputOf([...BUCKETS.slice(0, 63), broad], [S3]);
    const plan = planContainment(before);
    if (plan.kind !== 'replace') throw new Error(plan.reason);
    expect(plan.admittedOffender).toEqual([broad]);
    const back = planRollback({
      current: plan.policy,
      generations: [{ ...plan, before: before.policy }],
      guardId: GUARD_ID,
      resourceArn: FUNCTION_ARN,
      offenderGrants: 'keepOut',
      caller: null,
      lever: 'resourcePolicy',
    });
    expect(back.kind === 'replace' ? back.policy.Statement : back).toEqual(BUCKETS.slice(0, 63));
  });

  it('keeps the law whatever is merged', () => {
    // Filled up with repetitions, so that every random policy is too long with guards and fits when it is merged.
    const filler = Array.from({ length: 62 }, (_, index) => ({
      ...grantBucket(index),
      Principal: { AWS: '777788889999' },
      Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333', 'aws:SourceVpc': PADDING } },
    }));
    fc.assert(
      fc.property(
        fc.array(policyStatement().filter(isUnderstood), { minLength: 2, maxLength: 8 }),
        // Guards for narrowed callers are long by themselves; the law is held against those without a filler.
        invokerEntries().map((entries) => entries.filter(({ narrowing }) => narrowing === undefined)),
        fc.array(attempt(), { minLength: 4, maxLength: 8 }),
        (statements, entries, tries) => {
          const before = inputOf([...filler, ...statements], entries);
          const plan = planContainment({ ...before, offender: null });
          if (plan.kind !== 'replace') throw new Error(plan.reason);
          expect(plan.removed.length).toBeGreaterThanOrEqual(filler.length);
          expect(JSON.stringify(plan.policy).length).toBeLessThanOrEqual(MAX_POLICY_CHARACTERS);
          for (const one of tries) expect(breaksLaw(before.policy, plan.policy, entries, one)).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is refused, and left as it is, where merging gains too little', () => {
    const distinct = Array.from({ length: 45 }, (_, index) => ({
      ...grantBucket(index),
      Principal: { Service: 's3.amazonaws.com' },
      Condition: {
        ArnNotLike: { 'AWS:SourceArn': `arn:aws:s3:::${PADDING}${PADDING}${PADDING}-${String(index)}` },
      },
    }));
    const plan = planContainment(inputOf(distinct, [S3]));
    expect(plan.kind).toBe('refused');
    expect(plan.kind === 'refused' ? plan.reason : '').toContain('20480');
  });
});
