import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import { canonicalizeStatement } from '../core/policy/canonical-form.ts';
import type { PolicyStore, PolicyTarget } from './ports.ts';

/** Whether what was written is what now stands. */
export type ReadBack = { readonly kind: 'confirmed' } | { readonly kind: 'different' };

/**
 * Reads a policy after the write and holds it against the plan, by meaning: AWS normalizes what it stores. What
 * others have added in the meantime is theirs; what counts is that everything added stands and nothing removed does.
 */
export async function confirmWrite(
  target: PolicyTarget,
  plan: ReplacePlan,
  policies: PolicyStore,
): Promise<ReadBack> {
  const after = await policies.readPolicy(target);
  if (after.kind === 'absent') {
    return plan.policy.Statement.length === 0 ? { kind: 'confirmed' } : { kind: 'different' };
  }
  if (after.kind !== 'present') return { kind: 'different' };
  const standing = new Set(after.policy.Statement.map(canonicalizeStatement));
  const addedStand = plan.added.every((statement) => standing.has(canonicalizeStatement(statement)));
  const removedAreGone = plan.removed.every((statement) => !standing.has(canonicalizeStatement(statement)));
  return addedStand && removedAreGone ? { kind: 'confirmed' } : { kind: 'different' };
}
