import { compareTexts } from '../text.ts';
import type { Alert } from './alert.ts';
import type { DigestSubject, DigestTotals } from './digest-alert.ts';
import type { PendingGroup } from './finding-group.ts';
import { takeFitting } from './message-room.ts';
import { quoteText } from './quotation.ts';

/** More lines nobody reads. */
const MOST_LINES = 200;
const MOST_TEXT_BYTES = 100_000;

/** Composes the part of a digest that people read: totals, then the groups in the order given, as far as they fit. */
export function composeDigestText(
  about: DigestSubject,
  groups: readonly PendingGroup[],
  totals: DigestTotals,
): string {
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

/** Says in a few words how much a digest tells. */
export function summarizeTotals({ deferred, repeated }: DigestTotals): string {
  return `${countOf(deferred, 'new finding', 'new findings')}, ${countOf(repeated, 'repetition', 'repetitions')}`;
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Says on the last message of an hour, or of an hour about one group, that what else is found comes in a digest. */
export function addLastNotice(alert: Alert, last: 'ofGroup' | 'ofHour'): Alert {
  const about = last === 'ofGroup' ? ' about this function and caller' : '';
  const notice = `This is the last single message of this hour${about}: what else is found until it ends comes in the next digest.`;
  return { ...alert, text: `${alert.text}\n${notice}\n` };
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
