import type { SkipReason } from '../core/record/invocation.ts';
import { printSafely } from '../core/text.ts';
import type { Verdict } from '../core/verdict/decision.ts';
import { describePlace, type LogPosition } from '../logs/log-entry.ts';

/** What a replay has counted so far. */
export interface ReplayTally {
  files: number;
  /** Everything that the files held and that is counted somewhere below. */
  records: number;
  duplicates: number;
  outsideWindow: number;
  readonly verdicts: Map<Verdict, number>;
  readonly skipped: Map<SkipReason | 'digest', number>;
  rejected: number;
  /** The first of the rejected, one line each. */
  readonly rejections: string[];
  /** Files that could not be read, one line each: the answer is incomplete. */
  readonly unreadable: string[];
}

/** A tally before anything is read. */
export function createTally(): ReplayTally {
  return {
    files: 0,
    records: 0,
    duplicates: 0,
    outsideWindow: 0,
    verdicts: new Map(),
    skipped: new Map(),
    rejected: 0,
    rejections: [],
    unreadable: [],
  };
}

/** Adds one to a named count. */
export function countOne<Name>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
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

/** The closing summary for stderr. */
export function composeSummary(tally: ReplayTally): string {
  const judged = VERDICT_ORDER.map((verdict) => `${tally.verdicts.get(verdict) ?? 0} ${verdict}`);
  const skipped = [...tally.skipped].sort(([, left], [, right]) => right - left);
  const total = skipped.reduce((sum, [, count]) => sum + count, 0);
  const lines = [
    `${tally.records} ${tally.records === 1 ? 'record' : 'records'} in ${tally.files} ${tally.files === 1 ? 'file' : 'files'}`,
    `calls: ${judged.join(', ')}`,
    tally.duplicates === 0 ? '' : `duplicates: ${tally.duplicates} with an eventID that was there before`,
    tally.outsideWindow === 0 ? '' : `outside --since and --until: ${tally.outsideWindow}`,
    total === 0 ? '' : `skipped: ${total}`,
    ...skipped.map(([reason, count]) => `  ${count} ${reason}: ${SKIP_WORDS[reason]}`),
    tally.rejected === 0 ? '' : `rejected: ${tally.rejected}, no CloudTrail records`,
    ...tally.rejections.map((line) => `  ${line}`),
    tally.rejected > tally.rejections.length ? `  and ${tally.rejected - tally.rejections.length} more` : '',
    tally.unreadable.length === 0
      ? ''
      : `not read: ${tally.unreadable.length}, so this is not the whole answer`,
    ...tally.unreadable.map((line) => `  ${printSafely(line)}`),
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
