import type { ContainmentScope, Lever } from '../plan/containment-plan.ts';
import type { PolicyStatement } from '../policy/document.ts';

/** What was done about a call that is not authorized. */
export type Outcome =
  /** Mode observe: nothing was changed, by configuration. */
  | { readonly kind: 'observed' }
  /** Nothing was changed, because something was in doubt or nobody got in. */
  | { readonly kind: 'notAttempted'; readonly reason: string }
  | ContainedOutcome
  /** The event source mapping that called was disabled: no policy stops Lambda's own pollers. */
  | { readonly kind: 'mappingDisabled'; readonly mappingArn: string; readonly notStopped: readonly string[] }
  /** The policy already said what it should; the call was let in before that took effect. */
  | { readonly kind: 'alreadyContained'; readonly notStopped: readonly string[] }
  /** The caller got in although the policy had been rewritten minutes before. */
  | { readonly kind: 'ineffective'; readonly containedTime: string; readonly notStopped: readonly string[] }
  /** The plan or the control plane refused; nothing was changed. */
  | { readonly kind: 'refused'; readonly reason: string; readonly notStopped: readonly string[] }
  /** Not contained yet: the control plane or the ledger does not answer, and the guard goes on trying. */
  | { readonly kind: 'delayed'; readonly reason: string };

/** A finished containment of one function and qualifier. */
export interface ContainedOutcome {
  readonly kind: 'contained';
  readonly containmentId: string;
  /** SHA-256 of the stored snapshot, so that what a rollback reads can be held against this alert. */
  readonly digest: string;
  readonly lever: Lever;
  /** Whom the rewrite shuts out: everyone who is not listed, or only the caller that got in. */
  readonly scope: ContainmentScope['kind'];
  readonly removed: readonly PolicyStatement[];
  readonly added: readonly PolicyStatement[];
  /** Sentences on what this caller, or another unlisted one, may still do. */
  readonly notStopped: readonly string[];
}
