import type { Outcome } from '../core/alert/outcome.ts';
import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import type { ContainmentPorts, ContainmentRequest, Step } from './containment.ts';
import { PermanentError } from './errors.ts';
import {
  type AbsentPolicy,
  MAX_WRITES_PER_HOUR,
  type PresentPolicy,
  type Snapshot,
  type WriteResult,
} from './ports.ts';
import { confirmWrite } from './read-back.ts';
import { composeSnapshot, extendSnapshot } from './snapshot.ts';
import { digestSnapshot } from './snapshot-digest.ts';

/** Longer than one run of the remediation function: a lock that outlives its holder delays, a short one collides. */
const LEASE_MS = 120_000;

/** Only a policy that is brought under the whole list is looked at again without anybody calling. */
function describeContention({ scope }: ContainmentRequest): string {
  const next = scope.kind === 'allowlist' ? '. The guard looks again within two hours' : '';
  return (
    `the policy was rewritten ${MAX_WRITES_PER_HOUR} times within an hour and changed back each time: ` +
    `find out who else manages it (a deployment, perhaps)${next}`
  );
}

/**
 * Makes one attempt to write a proven plan: lock and snapshot in one transaction, the write, the read-back. Where
 * another run holds the lock, its end is worth waiting for: it mostly leaves nothing to do.
 */
export async function writePlan(
  request: ContainmentRequest,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
  ports: ContainmentPorts,
): Promise<Step> {
  const nowMs = ports.clock.nowMs();
  const fresh = composeSnapshot({ purpose: 'containment', ...request }, before, plan, nowMs);
  const begun = await ports.ledger.beginContainment(request.eventID, fresh, nowMs + LEASE_MS, nowMs);
  switch (begun.kind) {
    case 'settled':
      return { kind: 'done', outcome: begun.outcome };
    case 'busy':
      return { kind: 'again', reason: 'another containment of the same function holds the lock' };
    case 'exhausted':
      return {
        kind: 'done',
        outcome: { kind: 'refused', reason: describeContention(request), notStopped: plan.notes },
      };
    case 'begun':
      return writeUnderLock({ request, before, plan, ports, snapshot: fresh });
    case 'resumed':
      return resumeAttempt({ request, before, plan, ports, snapshot: begun.snapshot });
  }
}

/** One attempt, under the lock. */
interface Attempt {
  readonly request: ContainmentRequest;
  readonly before: PresentPolicy | AbsentPolicy;
  readonly plan: ReplacePlan;
  readonly ports: ContainmentPorts;
  readonly snapshot: Snapshot;
}

async function resumeAttempt(attempt: Attempt): Promise<Step> {
  const snapshot = extendSnapshot(attempt.snapshot, attempt.plan);
  if (digestSnapshot(snapshot) !== digestSnapshot(attempt.snapshot)) {
    await attempt.ports.ledger.amendSnapshot(attempt.request.eventID, snapshot);
  }
  return writeUnderLock({ ...attempt, snapshot });
}

async function writeUnderLock(attempt: Attempt): Promise<Step> {
  const { request, plan, ports, snapshot } = attempt;
  const written = await tryWrite(attempt);
  switch (written.kind) {
    case 'written': {
      const readBack = await confirmWrite(request.target, plan, ports.policies);
      return readBack.kind === 'confirmed'
        ? settleWritten(request, snapshot, ports)
        : { kind: 'again', reason: 'the policy read back is not the one that was written' };
    }
    case 'conflict':
      await forgetUnlessChanged(attempt);
      return { kind: 'again', reason: written.reason };
    case 'leverMissing':
      await forgetUnlessChanged(attempt);
      return { kind: 'again', reason: 'the endpoint has no PutResourcePolicy' };
    case 'refused':
      return refuse(attempt, written.reason);
  }
}

/** A fault that will never pass (no permission) is a refusal; one that may pass may have written, and is thrown. */
async function tryWrite({ request, before, plan, ports }: Attempt): Promise<WriteResult> {
  try {
    return await ports.policies.writePolicy(request.target, before, plan);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { kind: 'refused', reason: error.message };
  }
}

async function refuse(attempt: Attempt, reason: string): Promise<Step> {
  const { request, plan, ports, snapshot } = attempt;
  const outcome: Outcome = { kind: 'refused', reason, notStopped: plan.notes };
  if (mayHaveChanged(attempt) === 'perhaps') {
    await ports.ledger.settleContainment(request.eventID, snapshot, outcome);
  } else {
    await forgetUnlessChanged(attempt);
  }
  return { kind: 'done', outcome };
}

/** A whole policy is put in one call or not at all; grants go one by one, so a failed write may have changed some. */
function mayHaveChanged({ before }: Attempt): 'no' | 'perhaps' {
  return before.lever === 'resourcePolicy' ? 'no' : 'perhaps';
}

/** Where something may have changed the snapshot stays with the event, and the next attempt resumes it. */
async function forgetUnlessChanged(attempt: Attempt): Promise<void> {
  if (mayHaveChanged(attempt) === 'perhaps') return;
  await attempt.ports.ledger.abandonContainment(attempt.request.eventID, attempt.snapshot);
}

/** Records a change that stands, and what it was. */
export async function settleWritten(
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
  return { kind: 'done', outcome };
}
