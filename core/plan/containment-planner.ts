import type { ContainmentPlan, PlanInput } from './containment-plan.ts';
import { planGuards } from './guard-plan.ts';
import { focusInput, noteUnenforcedNarrowings } from './input-focus.ts';
import { findUnusableEntry } from './listed-callers.ts';
import { planOffenderDeny } from './offender-plan.ts';
import { planPermissions } from './permissions-plan.ts';
import { findUntouchableGrant } from './replacement.ts';

/**
 * Plans how one policy has to change so that it serves the listed callers and nobody else (or, by scope, so that it
 * refuses one caller). Pure: the same input always gives the same plan, and planning on the result is `unchanged`.
 *
 * INVARIANT: allowed after = allowed before AND listed. A plan never lets anybody in who was out, and never shuts
 * out a listed caller; where that is not certain a statement stays and a note says what is not stopped.
 */
export function planContainment(given: PlanInput): ContainmentPlan {
  const plan = planFocused(focusInput(given));
  const notes = noteUnenforcedNarrowings(given.entries, given);
  return notes.length === 0 ? plan : { ...plan, notes: [...plan.notes, ...notes] };
}

function planFocused(input: PlanInput): ContainmentPlan {
  const reason = findUntouchableGrant(input.policy) ?? findUnusableEntry(input.entries);
  if (reason !== undefined) return { kind: 'refused', reason, notes: [] };
  if (input.lever === 'permissions') return planPermissions(input);
  return input.scope.kind === 'offender' ? planOffenderDeny(input, input.scope.offender) : planGuards(input);
}
