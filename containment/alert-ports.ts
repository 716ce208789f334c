import type { Alert } from '../core/alert/alert.ts';
import type { DeferredFinding, GroupName, PendingGroup } from '../core/alert/finding-group.ts';

/** Sends alerts. */
export interface AlertPublisher {
  publishAlert(alert: Alert): Promise<void>;
}

/** Who spends a message: a finding of a group, the guard about itself, or the digest of what waits. */
export type MessageSpender =
  | { readonly kind: 'finding'; readonly groupID: string }
  | { readonly kind: 'guard' }
  | { readonly kind: 'digest' };

/** Whether one more message may go out in this window. */
export type MessageGrant =
  /** `last` says whether it is the last one for the group, or for whoever else spends like this. */
  { readonly kind: 'granted'; readonly last: 'ofGroup' | 'ofHour' | 'no' } | { readonly kind: 'spent' };

/** What waits for the digest, as far as it was read. */
export interface PendingFindings {
  readonly groups: readonly PendingGroup[];
  readonly rest: 'none' | 'more';
}

/**
 * Counts the messages of each window, and keeps what none of them told until a digest did. Throws `RetryableError`
 * where it cannot be reached.
 */
export interface AlertBook {
  /** Takes one of the `MESSAGES_PER_WINDOW`, and of the `MESSAGES_PER_GROUP`, of the window in which `nowMs` lies. */
  takeMessage(spender: MessageSpender, nowMs: number): Promise<MessageGrant>;
  /** Keeps a finding for the digest, and for months so that it can be found; the same one again changes nothing. */
  deferFinding(finding: DeferredFinding): Promise<void>;
  /** Counts a finding like one that was told; the same event at once again changes nothing. */
  countRepetition(group: GroupName, eventID: string, nowMs: number): Promise<void>;
  /** At most so many groups, in no order. */
  readPending(most: number): Promise<PendingFindings>;
  /** Takes out what was told of a group, and leaves what was added since it was read. */
  removeTold(group: PendingGroup): Promise<void>;
}

/** The length of the windows in which messages are counted: the clock's hours. */
export const WINDOW_MS = 3_600_000;

/** How many messages go out in a window at most. */
export const MESSAGES_PER_WINDOW: Readonly<Record<MessageSpender['kind'], number>> = {
  finding: 40,
  guard: 10,
  digest: 3,
};

/** How many of them may be about one group: who tries every version of a function must not use up all. */
export const MESSAGES_PER_GROUP = 5;
