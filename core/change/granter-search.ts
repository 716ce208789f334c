import { readCallerAccount } from '../caller/caller.ts';
import { compareChanges, type GrantingChange } from './granting-change.ts';
import type { SoughtAccess } from './sought-access.ts';

/** Why CloudTrail's history of events was not read. */
export interface UnreadHistory {
  readonly kind: 'unread';
  readonly why: 'throttled' | 'noRight' | 'outOfTime' | 'failed';
  /** One sentence for people; AWS's own words may be in it: print it safely. */
  readonly reason: string;
}

/** Why nothing was found where the history was read. */
export type NotFoundCause =
  /** Longer ago than the history goes back. */
  | 'older'
  /** So shortly ago that the history does not tell it yet. */
  | 'recent'
  /** Behind so many other changes that the search ended before it. */
  | 'amongMany'
  /** No change of the function: the caller's own account lets it call. */
  | 'ownPermissions';

/** Who let a caller in, as far as CloudTrail's history of events tells. */
export type GranterSearch =
  /** One change of each sort that it took, or may have taken; the surest first, and of equally sure ones the newest. */
  | { readonly kind: 'granted'; readonly changes: readonly GrantingChange[] }
  | { readonly kind: 'notFound'; readonly mayBe: readonly NotFoundCause[] }
  | { readonly kind: 'notLooked'; readonly why: UnreadHistory['why']; readonly reason: string };

/** How far the changes of one door were read, and what was found among them. */
export interface DoorReading {
  readonly found: GrantingChange | undefined;
  /** `cut` where older ones were left unread. */
  readonly read: { readonly kind: 'whole' } | { readonly kind: 'cut' } | UnreadHistory;
}

/** How late CloudTrail's history tells a change, at most as a rule. */
const USUAL_DELAY_MS = 15 * 60_000;

/** Draws the answer from what was read. That nothing was found is said only where every door was read. */
export function concludeSearch(
  readings: readonly DoorReading[],
  { caller, account, calledMs }: SoughtAccess,
  nowMs: number,
): GranterSearch {
  const changes = readings.flatMap(({ found }) => (found === undefined ? [] : [found]));
  if (changes.length > 0) return { kind: 'granted', changes: changes.toSorted(compareChanges) };
  for (const { read } of readings) {
    if (read.kind === 'unread') return { kind: 'notLooked', why: read.why, reason: read.reason };
  }
  const isCut = readings.some(({ read }) => read.kind === 'cut');
  const mayBe: readonly NotFoundCause[] = [
    ...(readCallerAccount(caller) === account ? (['ownPermissions'] as const) : []),
    ...(nowMs - calledMs < USUAL_DELAY_MS ? (['recent'] as const) : []),
    ...(isCut ? (['amongMany'] as const) : []),
    'older',
  ];
  return { kind: 'notFound', mayBe };
}
