import type { Outcome } from '../core/alert/outcome.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Lever, ReplacePlan } from '../core/plan/containment-plan.ts';
import type { PolicyDocument } from '../core/policy/document.ts';

/** One policy of a function: the unqualified function, or one version, alias or `$LATEST`. */
export interface PolicyTarget {
  readonly functionArn: string;
  readonly qualifier: string | null;
}

/** A policy that was there when it was read; `revisionId` is the compare-and-swap token of the next write. */
export interface PresentPolicy {
  readonly kind: 'present';
  readonly policy: PolicyDocument;
  readonly revisionId: string;
  readonly lever: Lever;
}

/** No policy is attached, but the function (and qualifier) exists. */
export interface AbsentPolicy {
  readonly kind: 'absent';
  readonly lever: Lever;
}

/** What a read of one policy found. */
export type PolicyReading =
  | PresentPolicy
  | AbsentPolicy
  /** No such function, version or alias. */
  | { readonly kind: 'missing' }
  /** There is a policy, and it is not a JSON document that we understand. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** How one write ended. */
export type WriteResult =
  | { readonly kind: 'written' }
  /** Somebody else wrote in between (412, 409): read again, plan again. */
  | { readonly kind: 'conflict'; readonly reason: string }
  /** The endpoint lacks the API of this lever: read and plan again with the other one. */
  | { readonly kind: 'leverMissing' }
  /** The control plane will not take this policy; trying again would not help. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Reads and writes resource policies. Throttling and network faults are thrown as `RetryableError`; every other
 * answer of the control plane is a value.
 */
export interface PolicyStore {
  readPolicy(target: PolicyTarget): Promise<PolicyReading>;
  /** Writes the planned policy only if it still is the one that was read. Never leaves a wider policy behind. */
  writePolicy(
    target: PolicyTarget,
    before: PresentPolicy | AbsentPolicy,
    plan: ReplacePlan,
  ): Promise<WriteResult>;
}

/** What is stored before a policy is changed: enough to put it back. */
export interface Snapshot {
  /** A person may roll back however often the guard has rewritten the policy within the hour. */
  readonly purpose: 'containment' | 'rollback';
  readonly containmentId: string;
  readonly target: PolicyTarget;
  /** The policy before the change; null where there was none. */
  readonly policy: PolicyDocument | null;
  readonly revisionId: string | null;
  readonly plan: ReplacePlan;
  readonly lever: Lever;
  /** ISO-8601 UTC. */
  readonly storedTime: string;
  /** Whose call was contained; null for hardening and for guards that follow the allowlist. */
  readonly offender: Caller | null;
}

/** How the write-ahead entry for a containment was taken. */
export type BeginResult =
  /** The event is new, the lock is ours, the snapshot is stored. */
  | { readonly kind: 'begun' }
  /** This event began before and did not finish; the lock is ours again, and the first snapshot still stands. */
  | { readonly kind: 'resumed'; readonly snapshot: Snapshot }
  /** This event was handled; nothing is left to do but what `alerted` says. */
  | { readonly kind: 'settled'; readonly outcome: Outcome }
  /** Another containment of the same target holds the lock. */
  | { readonly kind: 'busy' }
  /**
   * The policy was rewritten as often as `MAX_WRITES_PER_HOUR` allows: somebody else keeps undoing it. The function is
   * on the list of postponed ones now.
   */
  | { readonly kind: 'exhausted' };

/** How often one policy is rewritten within an hour; after that the guard only alerts. */
export const MAX_WRITES_PER_HOUR = 3;

/** How far the containment for one event has come. */
export type LedgerEvent =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'begun'; readonly snapshot: Snapshot }
  | { readonly kind: 'settled'; readonly outcome: Outcome };

/** A stored containment, for rollback. */
export interface Containment {
  readonly snapshot: Snapshot;
  readonly state: 'begun' | 'settled' | 'rolledBack';
}

/** Whether an alert is new or a repetition. */
export type AlertClaim =
  | { readonly kind: 'claimed' }
  /** `eventID` is the one that told it, or is at it. */
  | { readonly kind: 'repeated'; readonly firstTime: string; readonly eventID: string };

/** The write-ahead ledger. Throws `RetryableError` when it cannot be reached; nothing is changed without it. */
export interface Ledger {
  /** What the ledger knows of an event: asked only off the fast path, where a plan finds nothing left to do. */
  readEvent(eventID: string): Promise<LedgerEvent>;
  /** One transaction: idempotency by `eventID`, lock on the target until `leaseUntilMs`, snapshot before the change. */
  beginContainment(
    eventID: string,
    snapshot: Snapshot,
    leaseUntilMs: number,
    nowMs: number,
  ): Promise<BeginResult>;
  /** Replaces the snapshot of a begun containment by one that remembers a second attempt too. */
  amendSnapshot(eventID: string, snapshot: Snapshot): Promise<void>;
  /** Records how it ended and frees the lock. */
  settleContainment(eventID: string, snapshot: Snapshot, outcome: Outcome): Promise<void>;
  /** Frees the lock and forgets the snapshot of a containment that certainly changed nothing. */
  abandonContainment(eventID: string, snapshot: Snapshot): Promise<void>;
  /** All containments of one target, newest first. */
  listContainments(target: PolicyTarget): Promise<readonly Containment[]>;
  /** Marks generations as rolled back, so that the next rollback does not undo them again. */
  markRolledBack(target: PolicyTarget, containmentIds: readonly string[]): Promise<void>;
  /** All functions with a containment that nobody has rolled back, by unqualified ARN. */
  listGuardedFunctions(): Promise<readonly string[]>;
  /** All functions with a policy for which the hour's rewrites were used up, by unqualified ARN. */
  listPostponed(): Promise<readonly string[]>;
  /** Takes a function off that other list: its policies are looked at again. */
  forgetPostponed(functionArn: string): Promise<void>;
  /** Takes a function off the list of guarded ones: a person rolled it back, so no schedule may guard it again. */
  releaseFunction(functionArn: string): Promise<void>;
  /** Claims the right to alert about a violation; repetitions within the window are only counted. */
  claimAlert(violationKey: string, eventID: string, nowMs: number): Promise<AlertClaim>;
  /** Says that the claimed alert is out; until then the same event may claim it again. */
  confirmAlert(violationKey: string, eventID: string): Promise<void>;
}

/** By which way a record reached the guard: EventBridge's rules, or the log files that CloudTrail delivers. */
export type RecordPath = 'live' | 'sweep';

/** Whether a finding was dealt with before. */
export type Sighting = { readonly kind: 'unseen' } | { readonly kind: 'dealtWith'; readonly by: RecordPath };

/** Whether this run may deal with a finding. */
export type SightingClaim =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'dealtWith'; readonly by: RecordPath }
  /** The other path is at it this moment; try again later. */
  | { readonly kind: 'busy' };

/**
 * Remembers which events were found and dealt with, so that the live path and the log sweep deal with each once. Only
 * findings are remembered, never authorized calls. Throws `RetryableError` where it cannot be reached.
 */
export interface Sightings {
  readSighting(eventID: string): Promise<Sighting>;
  /** The same path may claim again what it did not confirm; the other one only when the claim is minutes old. */
  claimSighting(eventID: string, path: RecordPath, nowMs: number): Promise<SightingClaim>;
  /** Says that the event is dealt with: contained, alerted, or counted. */
  confirmSighting(eventID: string, path: RecordPath): Promise<void>;
}

/** Tells which versions and aliases a function has. */
export interface QualifierDirectory {
  /** `$LATEST`, then the aliases, then the published versions, newest first. Empty where the function is gone. */
  listQualifiers(functionArn: string): Promise<readonly string[]>;
}

/** Tells which functions there are. */
export interface FunctionDirectory {
  /** The unqualified ARNs of all functions of the account and Region, sorted. */
  listFunctions(): Promise<readonly string[]>;
}

/** Reads what a function is marked with, which tells whether CloudFormation made it. */
export interface FunctionTags {
  /** By key, AWS's own tags included. Throws `PermanentError` where they may not be read. */
  readTags(functionArn: string): Promise<Readonly<Record<string, string>>>;
}

/** Hands the other qualifiers of a function to the converging function, which has the time for them. */
export interface ConvergenceQueue {
  requestConvergence(job: ConvergenceJob): Promise<void>;
}

/** Every policy of one function, to be brought under the allowlist. */
export interface FunctionJob {
  readonly kind: 'function';
  readonly functionArn: string;
  readonly runID: string;
  /** Who got in; null where no call but the schedule or a deployment is the reason. */
  readonly offender: Caller | null;
}

/** What the converging function is asked to do. */
export type ConvergenceJob =
  /** Every qualifier of one function, because an unlisted caller got in through one of them. */
  | FunctionJob
  /** Every guarded function, because the allowlist may have changed or a day has passed. */
  | { readonly kind: 'all'; readonly runID: string }
  /** To tell what waits: repetitions, and findings beyond the messages of their hour. */
  | { readonly kind: 'digest'; readonly runID: string };

/** Time, passed in so that containment itself has none. */
export interface Clock {
  nowMs(): number;
  sleep(milliseconds: number): Promise<void>;
}
