import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Guard } from '../guard.ts';
import { compareTexts } from '../text.ts';
import type { Alert } from './alert.ts';
import type { PendingGroup } from './finding-group.ts';
import { quoteText } from './quotation.ts';
import { composeSubject } from './subject.ts';

/** What one digest tells. */
export interface DigestSubject {
  readonly guard: Guard;
  readonly runID: string;
  /** At least one. */
  readonly groups: readonly PendingGroup[];
  /** Whether more groups wait than one message counts. */
  readonly rest: 'none' | 'more';
}

/** The structured form of a digest. */
export interface DigestEvent {
  readonly version: 1;
  readonly kind: 'digest';
  readonly guard: Guard;
  readonly runID: string;
  /** Over all groups, whether they are listed or not. */
  readonly totals: DigestTotals;
  /** The weightiest first, as far as they fit into a message. */
  readonly groups: readonly ListedGroup[];
  /** How many groups are counted in the totals and not listed. */
  readonly unlisted: number;
  readonly rest: 'none' | 'more';
}

/** A group as the structured form has it: `batch` is the ledger's own. */
export type ListedGroup = Omit<PendingGroup, 'batch'>;

/** What a digest tells in all. */
export interface DigestTotals {
  readonly groups: number;
  readonly deferred: number;
  readonly repeated: number;
  readonly firstTime: string;
  readonly lastTime: string;
}

/** More lines nobody reads. */
const MOST_LINES = 200;
/** Both together, and what SNS wraps around them, are below its 256 KB. */
const MOST_TEXT_BYTES = 100_000;
const MOST_EVENT_BYTES = 120_000;
/** Words of outcomes that need a person at once. */
const GRAVE_WORDS = ['ineffective', 'refused', 'delayed', 'tampers'];

/**
 * Composes the digest of what no message of its own told: one line of totals, then the groups, weightiest first, as
 * far as they fit, and how many more there are. The totals count every group.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (Message: 262,144 bytes)
 */
export function composeDigestAlert(about: DigestSubject): Alert {
  const { guard, runID, rest } = about;
  const groups = [...about.groups].sort(compareWeight);
  const totals = addTotals(groups);
  const listed = groups.map(listGroup);
  const held = takeFitting(listed, MOST_EVENT_BYTES, (group) => JSON.stringify(group));
  const grave = GRAVE_WORDS.find((word) => groups.some((group) => hasOutcome(group, word)));
  return {
    subject: composeSubject('digest', summarizeTotals(totals)),
    text: composeText(about, groups, totals),
    event: {
      version: 1,
      kind: 'digest',
      guard,
      runID,
      totals,
      groups: held,
      unlisted: groups.length - held.length,
      rest,
    },
    attributes: {
      kind: 'digest',
      ...(grave === undefined ? {} : { outcome: grave }),
      account: guard.account,
      region: guard.region,
    },
  };
}

/** Says on the last message of an hour, or of an hour about one group, that what else is found comes in a digest. */
export function addLastNotice(alert: Alert, last: 'ofGroup' | 'ofHour'): Alert {
  const about = last === 'ofGroup' ? ' about this function and caller' : '';
  const notice = `This is the last single message of this hour${about}: what else is found until it ends comes in the next digest.`;
  return { ...alert, text: `${alert.text}\n${notice}\n` };
}

function composeText(about: DigestSubject, groups: readonly PendingGroup[], totals: DigestTotals): string {
  const { guard, runID, rest } = about;
  const listed = takeFitting(groups.map(describeGroup), MOST_TEXT_BYTES, (lines) => lines.join('\n'));
  const shown = takeLines(listed);
  const more = groups.length - shown.length;
  return `${[
    `${summarizeTotals(totals)}, between ${totals.firstTime} and ${totals.lastTime}, of ${countOf(totals.groups, 'function and caller', 'pairs of function and caller')}.`,
    'New findings are those beyond the single messages of their hour; repetitions are like one that was told before.',
    '',
    ...shown.flatMap((lines) => [...lines, '']),
    ...(more === 0 ? [] : [`And ${countOf(more, 'more pair', 'more pairs')}, counted above.`, '']),
    ...(rest === 'none' ? [] : ['More wait than one message counts: the next digest tells them.', '']),
    'Every new finding is in the ledger for 90 days, and every one is in the log of the function that found it:',
    'docs/alerts.md has the commands that list them.',
    `Guard: ${guard.name} in ${guard.account}, ${guard.region}; run ${quoteText(runID)}`,
  ].join('\n')}\n`;
}

function listGroup(group: PendingGroup): ListedGroup {
  const { groupID, functionArn, caller, deferred, repeated } = group;
  const { outcomes, rollbacks, eventIDs, firstTime, lastTime } = group;
  const counts = { deferred, repeated, outcomes };
  return { groupID, functionArn, caller, ...counts, rollbacks, eventIDs, firstTime, lastTime };
}

function describeGroup(group: PendingGroup): readonly string[] {
  const { deferred, repeated, rollbacks, eventIDs } = group;
  const outcomes = Object.entries(group.outcomes)
    .sort(([left, many], [right, more]) => more - many || compareTexts(left, right))
    .map(([outcome, count]) => `${count} ${quoteText(outcome)}`);
  const counts = [
    ...(deferred === 0
      ? []
      : [`${countOf(deferred, 'new finding', 'new findings')} (${outcomes.join(', ')})`]),
    ...(repeated === 0 ? [] : [`${repeated} more like those told`]),
  ];
  return [
    quoteText(group.caller),
    `  on ${group.functionArn === null ? 'no function that can be named' : quoteText(group.functionArn)}: ${counts.join(', ')}`,
    `  between ${group.firstTime} and ${group.lastTime}; last ${eventIDs.map(quoteText).join(', ')}; group ${group.groupID}`,
    ...rollbacks.map((command) => `  To take it back: ${command}`),
  ];
}

function takeLines(sections: readonly (readonly string[])[]): readonly (readonly string[])[] {
  let lines = 0;
  const end = sections.findIndex((section) => {
    lines += section.length + 1;
    return lines > MOST_LINES;
  });
  return end === -1 ? sections : sections.slice(0, end);
}

/** As many from the start as take no more bytes than there is room for, escaped as they are in SNS's message. */
function takeFitting<T>(values: readonly T[], room: number, write: (value: T) => string): readonly T[] {
  let bytes = 0;
  const end = values.findIndex((value) => {
    bytes += utf8ToBytes(JSON.stringify(write(value))).length;
    return bytes > room;
  });
  return end === -1 ? values : values.slice(0, end);
}

function addTotals(groups: readonly PendingGroup[]): DigestTotals {
  const times = groups.flatMap(({ firstTime, lastTime }) => [firstTime, lastTime]).sort(compareTexts);
  return {
    groups: groups.length,
    deferred: groups.reduce((sum, { deferred }) => sum + deferred, 0),
    repeated: groups.reduce((sum, { repeated }) => sum + repeated, 0),
    firstTime: times[0] ?? '',
    lastTime: times.at(-1) ?? '',
  };
}

function summarizeTotals({ deferred, repeated }: DigestTotals): string {
  return `${countOf(deferred, 'new finding', 'new findings')}, ${countOf(repeated, 'repetition', 'repetitions')}`;
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What nobody stopped, then what changed a policy, then what is new, then what is known; in each, the most first. */
function compareWeight(left: PendingGroup, right: PendingGroup): number {
  return (
    weigh(left) - weigh(right) ||
    right.deferred + right.repeated - (left.deferred + left.repeated) ||
    compareTexts(left.groupID, right.groupID)
  );
}

function weigh(group: PendingGroup): number {
  if (GRAVE_WORDS.some((word) => hasOutcome(group, word))) return 0;
  if (group.rollbacks.length > 0) return 1;
  return group.deferred > 0 ? 2 : 3;
}

function hasOutcome({ outcomes }: PendingGroup, word: string): boolean {
  return Object.keys(outcomes).some((outcome) => outcome.split(' ').includes(word));
}
