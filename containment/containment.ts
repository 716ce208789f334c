import type { Outcome } from '../core/alert/outcome.ts';
import type { InvokerEntry } from '../core/allowlist/allowlist.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import type { ContainmentPlan, ContainmentScope, PlanInput } from '../core/plan/containment-plan.ts';
import { planContainment } from '../core/plan/containment-planner.ts';
import { planConvergence } from '../core/plan/convergence-plan.ts';
import { provePlan } from '../core/plan/plan-proof.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { RetryableError } from './errors.ts';
import type { AbsentPolicy, Clock, Ledger, PolicyStore, PolicyTarget, PresentPolicy } from './ports.ts';
import { settleWritten, writePlan } from './write-attempt.ts';

/** One policy to bring under the allowlist, and why. */
export interface ContainmentRequest {
  /** What makes the work idempotent: the record's eventID, or a name of the run for work without a record. */
  readonly eventID: string;
  readonly target: PolicyTarget;
  /** Everyone who may call, break-glass entries included. */
  readonly entries: readonly InvokerEntry[];
  readonly scope: ContainmentScope;
  /** Whose call is contained; null for hardening. */
  readonly offender: Caller | null;
  /**
   * Whether the policy is planned as it stands (fast: one read), or anew from what it was before us, which gives a
   * caller that is listed by now the pruned grant back.
   */
  readonly from: 'standing' | 'beginning';
}

/** What a containment acts on. */
export interface ContainmentPorts {
  readonly policies: PolicyStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** How one attempt ended: with an outcome, or with a reason to wait, read and plan again. */
export type Step =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'again'; readonly reason: string };

const ATTEMPTS = 5;
const BACKOFF_MS = 200;

/**
 * Brings one policy under the allowlist: read, plan, prove, write ahead, write, read back.
 *
 * With a policy in place the function is safe after three calls: the read, one ledger transaction, the write.
 * A conflict (somebody else wrote in between) starts over from a fresh read. A crash between any two steps is
 * finished by the next delivery of the same event. Throws `RetryableError` where the answer is not known yet.
 *
 * INVARIANT: nothing is written that `proveOrRefuse` did not pass, and nothing before its snapshot is stored.
 */
export async function containTarget(
  request: ContainmentRequest,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<Outcome> {
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await ports.clock.sleep(BACKOFF_MS * 2 ** attempt);
    const step = await attemptContainment(request, guard, ports);
    if (step.kind === 'done') return step.outcome;
    reason = step.reason;
  }
  throw new RetryableError(
    'PolicyContended',
    `${ATTEMPTS} attempts to rewrite the policy did not get through: ${reason}`,
  );
}

async function attemptContainment(
  request: ContainmentRequest,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<Step> {
  const before = await ports.policies.readPolicy(request.target);
  if (before.kind === 'missing') {
    const reason = 'the function, version or alias does not exist any more';
    return { kind: 'done', outcome: { kind: 'notAttempted', reason } };
  }
  if (before.kind === 'unreadable') return refuse(before.reason, []);
  const input = composePlanInput(request, guard, before, ports.clock.nowMs());
  const plan = request.from === 'standing' ? planStanding(input) : await planAnew(request, input, ports);
  switch (plan.kind) {
    case 'refused':
      return refuse(plan.reason, plan.notes);
    case 'unchanged':
      return finishUnchanged(request, plan.notes, ports);
    case 'replace':
      return writePlan(request, before, plan, ports);
  }
}

function refuse(reason: string, notStopped: readonly string[]): Step {
  return { kind: 'done', outcome: { kind: 'refused', reason, notStopped } };
}

/** Puts together what a plan depends on; the command's `plan` uses it too, so that both plan the same. */
export function composePlanInput(
  request: Pick<ContainmentRequest, 'target' | 'entries' | 'scope' | 'offender'>,
  guard: Guard,
  before: PresentPolicy | AbsentPolicy,
  nowMs: number,
): PlanInput {
  return {
    policy: before.kind === 'present' ? before.policy : null,
    resourceArn: qualifyFunctionArn(request.target.functionArn, request.target.qualifier),
    entries: request.entries,
    now: nowMs,
    guardId: guard.guardId,
    scope: request.scope,
    offender: request.offender,
    lever: before.lever,
  };
}

/** Plans and proves on the policy that stands. */
export function planStanding(input: PlanInput): ContainmentPlan {
  return proveOrRefuse(input, planContainment(input));
}

async function planAnew(
  request: ContainmentRequest,
  input: PlanInput,
  ports: ContainmentPorts,
): Promise<ContainmentPlan> {
  const containments = await ports.ledger.listContainments(request.target);
  const generations = containments
    .filter((containment) => containment.state !== 'rolledBack')
    .map(({ snapshot }) => ({ before: snapshot.policy, ...snapshot.plan }));
  const { base, contained, change } = planConvergence(input, generations);
  const proven = proveOrRefuse(base, contained);
  return proven.kind === 'refused' ? proven : change;
}

/** Turns a plan that cannot be proven into a refusal: what is shown and what is written pass the same proof. */
function proveOrRefuse(input: PlanInput, plan: ContainmentPlan): ContainmentPlan {
  if (plan.kind !== 'replace') return plan;
  const proof = provePlan(input, plan);
  return proof.kind === 'proven' ? plan : { kind: 'refused', reason: proof.reason, notes: plan.notes };
}

/** Nothing left to write: either it always was so, or an earlier delivery of this event wrote it and died. */
async function finishUnchanged(
  request: ContainmentRequest,
  notes: readonly string[],
  ports: ContainmentPorts,
): Promise<Step> {
  const known = await ports.ledger.readEvent(request.eventID);
  switch (known.kind) {
    case 'settled':
      return { kind: 'done', outcome: known.outcome };
    case 'begun':
      return settleWritten(request, known.snapshot, ports);
    case 'unknown':
      return { kind: 'done', outcome: { kind: 'alreadyContained', notStopped: notes } };
  }
}
