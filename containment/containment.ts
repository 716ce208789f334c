import type { Outcome } from '../core/alert/outcome.ts';
import type { InvokerEntry } from '../core/allowlist/allowlist.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import type {
  ContainmentPlan,
  ContainmentScope,
  PlanInput,
  ReplacePlan,
} from '../core/plan/containment-plan.ts';
import { planContainment } from '../core/plan/containment-planner.ts';
import { provePlan } from '../core/plan/plan-proof.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { PermanentError, RetryableError } from './errors.ts';
import {
  type AbsentPolicy,
  type Clock,
  type Ledger,
  MAX_WRITES_PER_HOUR,
  type PolicyStore,
  type PolicyTarget,
  type PresentPolicy,
  type Snapshot,
} from './ports.ts';
import { confirmWrite } from './read-back.ts';
import { digestSnapshot } from './snapshot-digest.ts';

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
}

/** What a containment acts on. */
export interface ContainmentPorts {
  readonly policies: PolicyStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

const ATTEMPTS = 5;
/** Longer than one run of the Lambda: a lock that outlives its holder only delays, one that is too short would collide. */
const LEASE_MS = 120_000;
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
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await ports.clock.sleep(BACKOFF_MS * 2 ** attempt);
    const step = await attemptContainment(request, guard, ports);
    if (step.kind === 'done') return step.outcome;
  }
  throw new RetryableError('PolicyContended', `the policy changed under ${ATTEMPTS} attempts to rewrite it`);
}

const TUG_OF_WAR =
  `the policy was rewritten ${MAX_WRITES_PER_HOUR} times within an hour and changed back each time; ` +
  'find out who else manages it (a deployment, perhaps) before the guard goes on';

type Step = { readonly kind: 'done'; readonly outcome: Outcome } | { readonly kind: 'again' };

async function attemptContainment(
  request: ContainmentRequest,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<Step> {
  const before = await ports.policies.readPolicy(request.target);
  if (before.kind === 'missing') {
    return finish({ kind: 'notAttempted', reason: 'the function, version or alias does not exist any more' });
  }
  if (before.kind === 'unreadable') return finish({ kind: 'refused', reason: before.reason, notStopped: [] });
  const input = composePlanInput(request, guard, before, ports.clock.nowMs());
  const plan = planContainment(input);
  if (plan.kind === 'refused')
    return finish({ kind: 'refused', reason: plan.reason, notStopped: plan.notes });
  if (plan.kind === 'unchanged') return finishUnchanged(request, plan.notes, ports);
  const proof = provePlan(input, plan);
  if (proof.kind === 'refuted')
    return finish({ kind: 'refused', reason: proof.reason, notStopped: plan.notes });
  return writePlan(request, before, plan, ports);
}

function finish(outcome: Outcome): Step {
  return { kind: 'done', outcome };
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

/** Turns a plan that cannot be proven into a refusal: what is shown and what is written pass the same proof. */
export function proveOrRefuse(input: PlanInput, plan: ContainmentPlan): ContainmentPlan {
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
  if (known.kind === 'settled') return finish(known.outcome);
  if (known.kind === 'begun') return settle(request, known.snapshot, ports);
  return finish({ kind: 'alreadyContained', notStopped: notes });
}

async function writePlan(
  request: ContainmentRequest,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
  ports: ContainmentPorts,
): Promise<Step> {
  const nowMs = ports.clock.nowMs();
  const fresh = composeSnapshot(request, before, plan, nowMs);
  const begun = await ports.ledger.beginContainment(request.eventID, fresh, nowMs + LEASE_MS, nowMs);
  if (begun.kind === 'settled') return finish(begun.outcome);
  if (begun.kind === 'busy') {
    throw new RetryableError('TargetBusy', 'another containment of the same function holds the lock');
  }
  if (begun.kind === 'exhausted')
    return finish({ kind: 'refused', reason: TUG_OF_WAR, notStopped: plan.notes });
  const snapshot = begun.kind === 'resumed' ? begun.snapshot : fresh;
  const written = await writeOrAbandon(request, snapshot, before, plan, ports);
  switch (written.kind) {
    case 'written':
      return (await confirmWrite(request.target, plan, ports.policies)).kind === 'confirmed'
        ? settle(request, snapshot, ports)
        : abandon(request, snapshot, ports, { kind: 'again' });
    case 'conflict':
    case 'leverMissing':
      return abandon(request, snapshot, ports, { kind: 'again' });
    case 'refused':
      return abandon(request, snapshot, ports, finish({ ...written, notStopped: plan.notes }));
  }
}

/** An answer that will never come right (no permission) frees the lock; a fault may have written, so it keeps it. */
async function writeOrAbandon(
  request: ContainmentRequest,
  snapshot: Snapshot,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
  ports: ContainmentPorts,
): Promise<Awaited<ReturnType<PolicyStore['writePolicy']>>> {
  try {
    return await ports.policies.writePolicy(request.target, before, plan);
  } catch (error) {
    if (error instanceof PermanentError) await ports.ledger.abandonContainment(request.eventID, snapshot);
    throw error;
  }
}

function composeSnapshot(
  request: ContainmentRequest,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
  nowMs: number,
): Snapshot {
  const storedTime = new Date(nowMs).toISOString();
  return {
    containmentId: `${storedTime}#${request.eventID}`,
    target: request.target,
    policy: before.kind === 'present' ? before.policy : null,
    revisionId: before.kind === 'present' ? before.revisionId : null,
    plan,
    lever: before.lever,
    storedTime,
    offender: request.offender,
  };
}

async function settle(
  request: ContainmentRequest,
  snapshot: Snapshot,
  ports: ContainmentPorts,
): Promise<Step> {
  const outcome: Outcome = {
    kind: 'contained',
    containmentId: snapshot.containmentId,
    digest: digestSnapshot(snapshot),
    lever: snapshot.lever,
    scope: request.scope.kind,
    removed: snapshot.plan.removed,
    added: snapshot.plan.added,
    notStopped: snapshot.plan.notes,
  };
  await ports.ledger.settleContainment(request.eventID, snapshot, outcome);
  return finish(outcome);
}

async function abandon(
  request: ContainmentRequest,
  snapshot: Snapshot,
  ports: ContainmentPorts,
  step: Step,
): Promise<Step> {
  await ports.ledger.abandonContainment(request.eventID, snapshot);
  return step;
}
