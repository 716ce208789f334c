import type { InvokerEntry } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import type { PolicyDocument, PolicyStatement } from '../policy/document.ts';

/**
 * What the control plane lets us write: whole policies with Deny (`PutResourcePolicy`), or single Allow statements
 * only (`AddPermission`, `RemovePermission`).
 */
export type Lever = 'resourcePolicy' | 'permissions';

/** Whom a containment shuts out: everyone who is not listed (the law), or this one caller only. */
export type ContainmentScope =
  | { readonly kind: 'allowlist' }
  | { readonly kind: 'offender'; readonly offender: Caller };

/** Everything that a containment plan depends on. Same input, same plan. */
export interface PlanInput {
  /** The policy attached to `resourceArn` now; null where there is none. */
  readonly policy: PolicyDocument | null;
  /** The exact ARN that the policy is attached to, qualifier included. */
  readonly resourceArn: string;
  /** Who may call: the function's entries and the break-glass entries, expired ones included. */
  readonly entries: readonly InvokerEntry[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Eight lower-case hex digits of the deployment, for the Sids of our own statements. */
  readonly guardId: string;
  readonly scope: ContainmentScope;
  /** Whose call is being contained; null for hardening. The plan says who let them in, where it is certain. */
  readonly offender: Caller | null;
  readonly lever: Lever;
}

/** What to do to one policy. */
export type ContainmentPlan =
  | { readonly kind: 'unchanged'; readonly reason: string; readonly notes: readonly string[] }
  | ReplacePlan
  | { readonly kind: 'refused'; readonly reason: string; readonly notes: readonly string[] };

/** A new policy for one resource ARN. An empty `Statement` means that the policy goes away. */
export interface ReplacePlan {
  readonly kind: 'replace';
  readonly policy: PolicyDocument;
  /** Statements of the policy before that are not in the new one, as they were. */
  readonly removed: readonly PolicyStatement[];
  /** Statements that are new; every one carries a Sid of ours. */
  readonly added: readonly PolicyStatement[];
  /** Those of `removed` that certainly let the offender in; a rollback gives them back only when asked to. */
  readonly admittedOffender: readonly PolicyStatement[];
  /** What the new policy does not stop, in sentences for the alert: "source not enforced", and the like. */
  readonly notes: readonly string[];
}
