import { canonicalizeStatement } from '../policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../policy/document.ts';
import type { ContainmentPlan, PlanInput } from './containment-plan.ts';
import { planContainment } from './containment-planner.ts';
import { weighChange } from './replacement.ts';
import { type Generation, planRollback } from './rollback-plan.ts';

/** A plan that follows the allowlist: what the policy was without us, contained by today's list. */
export interface ConvergencePlan {
  /** The policy without our statements and with all that we removed: what the plan is proven against. */
  readonly base: PlanInput;
  /** The plan on that base. */
  readonly contained: ContainmentPlan;
  /** The same end, as a change of the policy that stands now. */
  readonly change: ContainmentPlan;
}

/**
 * Plans one policy anew from what it was before we first touched it (with everybody else's later edits), so that a
 * caller who is listed by now gets back the grant that was pruned, and one who is listed no more is shut out. Where
 * the way back cannot be told, the policy that stands is planned on.
 */
export function planConvergence(input: PlanInput, generations: readonly Generation[]): ConvergencePlan {
  const base = { ...input, policy: restoreBase(input, generations) };
  const contained = planContainment(base);
  return { base, contained, change: rebaseChange(input, base, contained) };
}

function restoreBase(input: PlanInput, generations: readonly Generation[]): PolicyDocument | null {
  const restored = planRollback({
    current: input.policy,
    generations,
    guardId: input.guardId,
    resourceArn: input.resourceArn,
    offenderGrants: 'restore',
    caller: null,
    lever: input.lever,
  });
  const policy = restored.kind === 'replace' ? restored.policy : input.policy;
  return policy !== null && policy.Statement.length === 0 ? null : policy;
}

function rebaseChange(input: PlanInput, base: PlanInput, contained: ContainmentPlan): ContainmentPlan {
  if (contained.kind === 'refused') return contained;
  const goal = contained.kind === 'replace' ? contained.policy : (base.policy ?? { Statement: [] });
  const standing = input.policy?.Statement ?? [];
  return weighChange({
    before: input.policy,
    resourceArn: input.resourceArn,
    statements: goal.Statement,
    removed: subtract(standing, goal.Statement),
    added: subtract(goal.Statement, standing),
    offender: input.offender,
    notes: contained.notes,
    unchangedReason: 'the policy already follows the allowlist',
  });
}

function subtract(
  statements: readonly PolicyStatement[],
  others: readonly PolicyStatement[],
): readonly PolicyStatement[] {
  const keys = new Set(others.map(canonicalizeStatement));
  return statements.filter((statement) => !keys.has(canonicalizeStatement(statement)));
}
