import type { Outcome } from '../core/alert/outcome.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import type { ContainmentPlan, ReplacePlan } from '../core/plan/containment-plan.ts';
import { type Generation, planRollback } from '../core/plan/rollback-plan.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import type { ContainmentPorts } from './containment.ts';
import { RetryableError } from './errors.ts';
import type { AbsentPolicy, Containment, PolicyTarget, PresentPolicy, Snapshot } from './ports.ts';
import { confirmWrite } from './read-back.ts';
import { composeSnapshot } from './snapshot.ts';
import { digestSnapshot } from './snapshot-digest.ts';

/** What a person asked to have taken back. */
export interface RollbackRequest {
  /** Names the run in the ledger. */
  readonly runID: string;
  readonly target: PolicyTarget;
  /** Whether the grants that let the contained callers in come back too. */
  readonly offenderGrants: 'keepOut' | 'restore';
  /** Lift only this caller; null for everything. */
  readonly caller: Caller | null;
  /** SHA-256 of the snapshots that may be taken back, from alerts; empty for all that the ledger holds. */
  readonly digests: readonly string[];
}

/** A rollback that is planned and not yet written, for a person to look at. */
export type PreparedRollback =
  | {
      readonly kind: 'prepared';
      readonly plan: ReplacePlan;
      readonly before: PresentPolicy | AbsentPolicy;
      /** The generations that it undoes, newest first. */
      readonly generations: readonly Containment[];
    }
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Plans how to put one policy back: the policy as it is now, without our statements, with what we removed.
 * Works without an allowlist.
 */
export async function prepareRollback(
  request: RollbackRequest,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<PreparedRollback> {
  const before = await ports.policies.readPolicy(request.target);
  if (before.kind === 'missing') {
    return { kind: 'nothing', reason: 'the function, version or alias does not exist any more' };
  }
  if (before.kind === 'unreadable') return { kind: 'refused', reason: before.reason };
  const stored = await ports.ledger.listContainments(request.target);
  const containments = stored.filter(({ snapshot }) => isAskedFor(snapshot, request.digests));
  if (request.digests.length > 0 && containments.length === 0) {
    return {
      kind: 'refused',
      reason: 'the ledger holds no snapshot with this SHA-256: it was changed, or is gone',
    };
  }
  const generations = containments.filter((containment) => containment.state !== 'rolledBack');
  const plan = planGenerations(
    request,
    guard,
    before,
    selectGenerations(containments, request.offenderGrants),
  );
  if (plan.kind === 'unchanged') return { kind: 'nothing', reason: plan.reason };
  if (plan.kind === 'refused') return { kind: 'refused', reason: plan.reason };
  return { kind: 'prepared', plan, before, generations };
}

function isAskedFor(snapshot: Snapshot, digests: readonly string[]): boolean {
  return digests.length === 0 || digests.includes(digestSnapshot(snapshot));
}

/**
 * The containments that nobody has rolled back; and, where the offenders' grants are asked for, those that an earlier
 * rollback kept out.
 */
function selectGenerations(
  containments: readonly Containment[],
  offenderGrants: RollbackRequest['offenderGrants'],
): readonly Generation[] {
  return containments.flatMap(({ snapshot, state }) => {
    const { removed, added, admittedOffender } = snapshot.plan;
    if (state !== 'rolledBack') return [{ before: snapshot.policy, removed, added, admittedOffender }];
    if (offenderGrants === 'keepOut') return [];
    return [{ before: snapshot.policy, removed: admittedOffender, added: [], admittedOffender }];
  });
}

function planGenerations(
  request: RollbackRequest,
  guard: Guard,
  before: PresentPolicy | AbsentPolicy,
  generations: readonly Generation[],
): ContainmentPlan {
  return planRollback({
    current: before.kind === 'present' ? before.policy : null,
    generations,
    guardId: guard.guardId,
    resourceArn: qualifyFunctionArn(request.target.functionArn, request.target.qualifier),
    offenderGrants: request.offenderGrants,
    caller: request.caller,
    lever: before.lever,
  });
}

/** How a rollback ended. */
export type RollbackResult =
  | { readonly kind: 'rolledBack' }
  /** Somebody changed the policy after it was shown: look again. */
  | { readonly kind: 'changedMeanwhile' }
  | { readonly kind: 'refused'; readonly reason: string };

const LEASE_MS = 120_000;

/** Writes a prepared rollback, under the same lock and with the same write-ahead snapshot as a containment. */
export async function applyRollback(
  request: RollbackRequest,
  prepared: Extract<PreparedRollback, { kind: 'prepared' }>,
  ports: ContainmentPorts,
): Promise<RollbackResult> {
  const nowMs = ports.clock.nowMs();
  const { runID: eventID, target } = request;
  const subject = { purpose: 'rollback', eventID, target, offender: null } as const;
  const snapshot = composeSnapshot(subject, prepared.before, prepared.plan, nowMs);
  const begun = await ports.ledger.beginContainment(request.runID, snapshot, nowMs + LEASE_MS, nowMs);
  if (begun.kind !== 'begun') {
    throw new RetryableError(
      'TargetBusy',
      'a containment of this function is going on: try again in two minutes',
    );
  }
  const written = await ports.policies.writePolicy(request.target, prepared.before, prepared.plan);
  if (written.kind !== 'written') {
    await ports.ledger.abandonContainment(request.runID, snapshot);
    return written.kind === 'refused' ? written : { kind: 'changedMeanwhile' };
  }
  const readBack = await confirmWrite(request.target, prepared.plan, ports.policies);
  const outcome: Outcome = {
    kind: 'contained',
    containmentId: snapshot.containmentId,
    digest: digestSnapshot(snapshot),
    lever: snapshot.lever,
    scope: 'allowlist',
    removed: prepared.plan.removed,
    added: prepared.plan.added,
    notStopped: [],
  };
  await ports.ledger.settleContainment(request.runID, snapshot, outcome);
  // The rollback itself is a generation that no later rollback may undo; with one caller lifted the others stay.
  const undone =
    request.caller === null ? prepared.generations.map(({ snapshot: s }) => s.containmentId) : [];
  await ports.ledger.markRolledBack(request.target, [...undone, snapshot.containmentId]);
  if (request.caller === null) await ports.ledger.releaseFunction(request.target.functionArn);
  return readBack.kind === 'confirmed' ? { kind: 'rolledBack' } : { kind: 'changedMeanwhile' };
}
