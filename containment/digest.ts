import { composeDigestAlert } from '../core/alert/digest-alert.ts';
import type { PendingGroup } from '../core/alert/finding-group.ts';
import type { Guard } from '../core/guard.ts';
import type { AlertBook, AlertPublisher } from './alert-ports.ts';
import type { Clock } from './ports.ts';

/** What a digest acts on. */
export interface DigestPorts {
  readonly alerts: AlertPublisher;
  readonly alertBook: AlertBook;
  readonly clock: Clock;
}

/** What became of one request for a digest. */
export interface DigestRun {
  /** How many messages it took. */
  readonly messages: number;
  /** How many groups they told. */
  readonly groups: number;
  /** Why it ended: all is told, nothing is due yet, or the hour's messages for digests are used up. */
  readonly end: 'told' | 'notDue' | 'spent';
}

/** What one message counts; they are held in memory at once, about two kilobytes each. */
const MOST_GROUPS = 10_000;
/** Repetitions alone wait so long. */
const REPETITIONS_MS = 24 * 3_600_000;
/** How many groups are taken out at once. */
const REMOVED_AT_ONCE = 20;

/**
 * Tells what waits, once a finding waits that no message told, or repetitions have waited for a day. What it told is
 * taken out after it was published: a crash in between tells it again. A run sends no more messages than the book
 * grants; what is left waits for the next run.
 */
export async function sendDigest(runID: string, guard: Guard, ports: DigestPorts): Promise<DigestRun> {
  const { alerts, alertBook, clock } = ports;
  let told = 0;
  for (let messages = 0; ; messages += 1) {
    const { groups, rest } = await alertBook.readPending(MOST_GROUPS);
    const run = { messages, groups: told };
    if (rest === 'none' && !isDue(groups, clock.nowMs())) {
      return { ...run, end: messages === 0 ? 'notDue' : 'told' };
    }
    const grant = await alertBook.takeMessage({ kind: 'digest' }, clock.nowMs());
    if (grant.kind === 'spent') return { ...run, end: 'spent' };
    await alerts.publishAlert(composeDigestAlert({ guard, runID, groups, rest }));
    await removeTold(groups, alertBook);
    told += groups.length;
    if (rest === 'none') return { messages: messages + 1, groups: told, end: 'told' };
  }
}

/** Where more wait than were read, a deferred finding may be among those. */
function isDue(groups: readonly PendingGroup[], nowMs: number): boolean {
  return groups.some(
    ({ deferred, firstTime }) => deferred > 0 || Date.parse(firstTime) <= nowMs - REPETITIONS_MS,
  );
}

async function removeTold(groups: readonly PendingGroup[], alertBook: AlertBook): Promise<void> {
  for (let start = 0; start < groups.length; start += REMOVED_AT_ONCE) {
    const told = groups.slice(start, start + REMOVED_AT_ONCE);
    await Promise.all(told.map((group) => alertBook.removeTold(group)));
  }
}
