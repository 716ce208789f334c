import { createAuthorizer } from '../evaluator/authorization.ts';
import type { PlanInput, ReplacePlan } from './containment-plan.ts';
import { type PlanProof, tryPlan } from './plan-trial.ts';

export type { PlanProof } from './plan-trial.ts';

/**
 * Proves a plan before it is written, with the evaluator: the offender is refused, no listed caller that got in is
 * shut out, and nobody gains, also where doubtful condition keys are absent. `refuted` means: write nothing.
 */
export function provePlan(input: PlanInput, plan: ReplacePlan): PlanProof {
  return tryPlan(input, plan, createAuthorizer());
}
