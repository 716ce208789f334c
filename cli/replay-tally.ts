import type { ChangeVerdict } from '../core/change/change-verdict.ts';
import type { SkipReason } from '../core/record/invocation.ts';
import { printSafely } from '../core/text.ts';
import type { Verdict } from '../core/verdict/decision.ts';
import { describePlace, type LogPosition } from '../logs/log-entry.ts';
import type { ReplayCounts } from '../logs/replay/call-consumer.ts';

/** What a replay has found so far. */
export interface ReplayTally {
  readonly verdicts: Map<Verdict, number>;
  /** Configuration changes, where the command judges them. */
  readonly doors: Map<ChangeVerdict, number>;
  /** How many calls and configuration changes went from one verdict to another, by `before → after`; null without a list to compare with. */
  readonly changes: Map<string, number> | null;
  readonly skipped: Map<SkipReason | 'digest', number>;
  rejected: number;
  /** The first of the rejected, one line each. */
  readonly rejections: string[];
  /** Files that could not be read, one line each: the answer is incomplete. */
  readonly unreadable: string[];
}

/** A tally before anything is read. */
export function createTally(comparison: 'compared' | 'alone' = 'alone'): ReplayTally {
  const changes = comparison === 'compared' ? new Map<string, number>() : null;
  return {
    verdicts: new Map(),
    doors: new Map(),
    changes,
    skipped: new Map(),
    rejected: 0,
    rejections: [],
    unreadable: [],
  };
}

/** Adds to a named count. */
export function addCount<Name>(counts: Map<Name, number>, name: Name, more: number): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}

/** A log full of garbage must not drown the summary. */
const LISTED_REJECTIONS = 100;

/** Counts something that is no CloudTrail record, and where it stands. */
export function countRejection(
  tally: ReplayTally,
  file: string,
  position: LogPosition,
  reason: string,
): void {
  tally.rejected += 1;
  if (tally.rejected > LISTED_REJECTIONS) return;
  tally.rejections.push(printSafely(`${describePlace(file, position)}: ${reason}`));
}

const SKIP_WORDS: Readonly<Record<SkipReason | 'digest', string>> = {
  notLambda: 'of other services than Lambda',
  notInvocation: 'Lambda calls that invoke nothing',
  invokeExecution: 'InvokeExecution (Lambda running work that it accepted before)',
  insight: 'Insights',
  otherAccount: 'of another account',
  otherRegion: 'of another Region',
  ownFunction: "the guard's own functions",
  digest: 'digest files',
};

const VERDICT_ORDER: readonly Verdict[] = ['unauthorized', 'undetermined', 'authorized', 'unguarded'];

const DOOR_ORDER: readonly ChangeVerdict[] = ['opens', 'tampers', 'closes', 'neutral'];

/** The closing summary for stderr. */
export function composeSummary(tally: ReplayTally, counts: ReplayCounts): string {
  const judged = VERDICT_ORDER.map((verdict) => `${tally.verdicts.get(verdict) ?? 0} ${verdict}`);
  const skipped = [...tally.skipped].sort(([, left], [, right]) => right - left);
  const total = skipped.reduce((sum, [, count]) => sum + count, 0);
  const lines = [
    `${counts.records} ${counts.records === 1 ? 'record' : 'records'} in ${counts.files} ${counts.files === 1 ? 'file' : 'files'}`,
    `calls: ${judged.join(', ')}`,
    ...composeDoors(tally.doors),
    ...composeChanges(tally.changes),
    counts.duplicates === 0 ? '' : `duplicates: ${counts.duplicates} with an eventID that was there before`,
    counts.outsideWindow === 0 ? '' : `outside --since and --until: ${counts.outsideWindow}`,
    total === 0 ? '' : `skipped: ${total}`,
    ...skipped.map(([reason, count]) => `  ${count} ${reason}: ${SKIP_WORDS[reason]}`),
    tally.rejected === 0 ? '' : `rejected: ${tally.rejected}, damaged or no CloudTrail records`,
    ...tally.rejections.map((line) => `  ${line}`),
    tally.rejected > tally.rejections.length ? `  and ${tally.rejected - tally.rejections.length} more` : '',
    tally.unreadable.length === 0
      ? ''
      : `not read: ${tally.unreadable.length}, so this is not the whole answer`,
    ...tally.unreadable.map((line) => `  ${printSafely(line)}`),
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function composeDoors(doors: ReplayTally['doors']): readonly string[] {
  if (doors.size === 0) return [];
  return [`changes: ${DOOR_ORDER.map((verdict) => `${doors.get(verdict) ?? 0} ${verdict}`).join(', ')}`];
}

function composeChanges(changes: ReplayTally['changes']): readonly string[] {
  if (changes === null) return [];
  const total = [...changes.values()].reduce((sum, count) => sum + count, 0);
  return [
    `judged otherwise: ${total}`,
    ...[...changes]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([change, count]) => `  ${count} ${change}`),
  ];
}
