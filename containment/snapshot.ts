import type { Caller } from '../core/caller/caller.ts';
import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import type { PolicyStatement } from '../core/policy/document.ts';
import type { AbsentPolicy, PolicyTarget, PresentPolicy, Snapshot } from './ports.ts';

/** What a snapshot is about, beside the policy and the plan. */
export interface SnapshotSubject {
  readonly purpose: Snapshot['purpose'];
  /** The event or run that the change is made for. */
  readonly eventID: string;
  readonly target: PolicyTarget;
  readonly offender: Caller | null;
}

/** Takes down what a policy is before it is changed, and what the change is going to be. */
export function composeSnapshot(
  subject: SnapshotSubject,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
  nowMs: number,
): Snapshot {
  const storedTime = new Date(nowMs).toISOString();
  return {
    purpose: subject.purpose,
    containmentId: `${storedTime}#${subject.eventID}`,
    target: subject.target,
    policy: before.kind === 'present' ? before.policy : null,
    revisionId: before.kind === 'present' ? before.revisionId : null,
    plan,
    lever: before.lever,
    storedTime,
    offender: subject.offender,
  };
}

/**
 * Adds a second attempt's plan to the first one's snapshot: it may remove what others have added in between, and all
 * that was removed has to be there for a rollback.
 */
export function extendSnapshot(first: Snapshot, plan: ReplacePlan): Snapshot {
  return {
    ...first,
    plan: {
      ...plan,
      removed: joinStatements(first.plan.removed, plan.removed),
      added: joinStatements(first.plan.added, plan.added),
      admittedOffender: joinStatements(first.plan.admittedOffender, plan.admittedOffender),
    },
  };
}

function joinStatements(
  first: readonly PolicyStatement[],
  second: readonly PolicyStatement[],
): readonly PolicyStatement[] {
  const held = new Set(first.map((statement) => JSON.stringify(statement)));
  return [...first, ...second.filter((statement) => !held.has(JSON.stringify(statement)))];
}
