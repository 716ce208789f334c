import { type InvokerEntry, isLive } from './allowlist.ts';

/** An entry that lets nobody in any more, or soon will not. */
export interface EndingEntry {
  readonly entry: InvokerEntry;
  readonly state: 'expired' | 'expiring';
  /** ISO-8601 UTC. */
  readonly expires: string;
}

/** How long ahead `status` tells an expiry: long enough for a person to ask the owner. */
export const STATUS_NOTICE_DAYS = 30;
/** How long ahead an expiry is alerted, once a day until it comes. */
export const ALERT_NOTICE_DAYS = 7;

const DAY_MS = 86_400_000;

/** Finds the entries that have expired, or expire within the notice, in the order of the list. */
export function findEndingEntries(
  entries: readonly InvokerEntry[],
  nowMs: number,
  noticeDays: number,
): readonly EndingEntry[] {
  return entries.flatMap((entry): readonly EndingEntry[] => {
    const { expires } = entry;
    if (expires === undefined) return [];
    if (!isLive(entry, nowMs)) return [{ entry, state: 'expired', expires }];
    const soon = Date.parse(expires) <= nowMs + noticeDays * DAY_MS;
    return soon ? [{ entry, state: 'expiring', expires }] : [];
  });
}
