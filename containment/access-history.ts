import {
  concludeSearch,
  type DoorReading,
  type GranterSearch,
  type UnreadHistory,
} from '../core/change/granter-search.ts';
import { findGrantingChange, type GrantingChange } from '../core/change/granting-change.ts';
import {
  type AdmittedCall,
  type DoorQuery,
  listDoors,
  type SoughtAccess,
  seekAccess,
} from '../core/change/sought-access.ts';
import type { Clock } from './ports.ts';

/** Some records of changes with one name, newest first. */
export type HistoryPage =
  | {
      readonly kind: 'page';
      /** As `LookupEvents` answers them. */
      readonly records: readonly unknown[];
      readonly older: 'more' | 'none';
    }
  | UnreadHistory;

/** CloudTrail's own history of the changes of the last 90 days, whether or not a trail records them. */
export interface ChangeHistory {
  /**
   * Reads a page, counted from 0, of the changes with this name. Answers by `deadlineMs` (epoch milliseconds), whatever
   * AWS does; it may answer what it read some minutes ago.
   */
  readPage(eventName: string, page: number, deadlineMs: number): Promise<HistoryPage>;
}

/** An alert waits no longer than this for the search. */
const SEARCH_MS = 8_000;

/** Of 50 records each: a name with more changes is read no further back. */
const MAX_PAGES = 5;

/**
 * Finds out who let a caller in; `undefined` where nobody got in whom one could look for. Asked after containment and
 * only where an alert is sent; it never throws and never keeps an alert waiting for long: what goes wrong here becomes
 * a search that was not made.
 */
export async function findGranter(
  call: AdmittedCall,
  history: ChangeHistory,
  clock: Clock,
): Promise<GranterSearch | undefined> {
  try {
    const sought = seekAccess(call);
    if (sought === undefined) return undefined;
    const deadlineMs = clock.nowMs() + SEARCH_MS;
    const readings: DoorReading[] = [];
    for (const door of listDoors(sought)) {
      if (isSettled(door, readings)) continue;
      readings.push(await readDoor(door, sought, history, deadlineMs));
    }
    return concludeSearch(readings, sought, clock.nowMs());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'notLooked', why: 'failed', reason };
  }
}

/** A grant that is known by its Sid needs no policy beside it. */
function isSettled({ door }: DoorQuery, readings: readonly DoorReading[]): boolean {
  return door === 'policy' && readings.some(({ found }) => found?.door === 'grant' && found.match === 'sid');
}

/** Pages come newest first, so the first sure one ends the search, unless one with the Sid may follow. */
async function readDoor(
  query: DoorQuery,
  sought: SoughtAccess,
  history: ChangeHistory,
  deadlineMs: number,
): Promise<DoorReading> {
  let found: GrantingChange | undefined;
  let read: DoorReading['read'] = { kind: 'whole' };
  for (const eventName of query.eventNames) {
    for (let page = 0; ; page += 1) {
      if (page === MAX_PAGES) {
        read = { kind: 'cut' };
        break;
      }
      const answer = await history.readPage(eventName, page, deadlineMs);
      if (answer.kind === 'unread') return { found, read: answer };
      found = findGrantingChange(answer.records, sought, found);
      if (found !== undefined && isBest(found, sought)) return { found, read };
      if (answer.older === 'none') break;
    }
  }
  return { found, read };
}

function isBest({ door, match }: GrantingChange, { removed }: SoughtAccess): boolean {
  if (match === 'perhaps') return false;
  const mayHaveSid = (door === 'grant' || door === 'policy') && removed.length > 0;
  return match === 'sid' || !mayHaveSid;
}
