import type { Lever } from '../plan/containment-plan.ts';
import type { PolicyStatement } from '../policy/document.ts';

/** What was done about a call that is not authorized. */
export type Outcome =
  /** Mode observe: nothing was changed, by configuration. */
  | { readonly kind: 'observed' }
  /** Nothing was changed because something was in doubt, or because nothing got in. */
  | { readonly kind: 'notAttempted'; readonly reason: string }
  /** The policy was rewritten and read back. */
  | ContainedOutcome
  /** The policy already shuts this caller out. */
  | { readonly kind: 'alreadyContained'; readonly notStopped: readonly string[] }
  /** The plan or the control plane refused; nothing was changed. */
  | { readonly kind: 'refused'; readonly reason: string; readonly notStopped: readonly string[] };

/** A finished containment of one function and qualifier. */
export interface ContainedOutcome {
  readonly kind: 'contained';
  readonly containmentId: string;
  readonly lever: Lever;
  readonly removed: readonly PolicyStatement[];
  readonly added: readonly PolicyStatement[];
  /** Sentences on what this caller, or another unlisted one, may still do. */
  readonly notStopped: readonly string[];
}
