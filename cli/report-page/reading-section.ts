import type { Report } from '../../core/report/report.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { composeTable } from './table.ts';
import { formatCount, formatNumber, formatTime } from './words.ts';

/** What was read, and what was not: how far the figures above can be trusted. */
export function composeReadingSection({ logs, allowlist, generatedTime }: Report): Markup {
  const { dropped } = logs;
  const rows: readonly (readonly [string, MarkupValue])[] = [
    [
      'Allowlist',
      allowlist.file === null
        ? 'none'
        : html`<code>${allowlist.file}</code>, ${formatNumber(allowlist.entries, 'function entry', 'function entries')}`,
    ],
    [
      'Time asked for',
      `${showBound(logs.sinceTime, 'the beginning')} to ${showBound(logs.untilTime, 'the end')} (UTC)`,
    ],
    ['Files', formatCount(logs.files)],
    ['Records', formatCount(logs.records)],
    ['Duplicates (an eventID that was there before)', formatCount(logs.duplicates)],
    ['Calls outside the time asked for', formatCount(logs.outsideWindow)],
    ['Calls without a readable time (in no chart)', formatCount(logs.untimed)],
    ...Object.entries(logs.skipped).map(
      ([reason, count]) => [`Skipped: ${reason}`, formatCount(count)] as const,
    ),
    ['Rejected: no CloudTrail record', formatCount(logs.rejected)],
    [
      'Calls in the totals that had no room in a table',
      formatCount(Math.max(dropped.functions, dropped.pairs, dropped.findings)),
    ],
    ['Report made', `${formatTime(generatedTime)} (UTC)`],
  ];
  return html`<section aria-labelledby="reading"><h2 id="reading">What was read</h2>
${composeTable(
  'reading-table',
  'The logs behind this report',
  [
    { head: 'What', align: 'text', show: ([name]) => name },
    { head: 'How many', align: 'text', show: ([, value]) => value },
  ],
  rows,
)}
${listUnreadable(logs.unreadable)}</section>`;
}

function showBound(time: string | null, otherwise: string): string {
  return time === null ? otherwise : formatTime(time);
}

const LISTED = 100;

function listUnreadable(unreadable: readonly string[]): MarkupValue {
  if (unreadable.length === 0) return '';
  const left = unreadable.length - LISTED;
  return html`<h3>Not read</h3><ul>${unreadable.slice(0, LISTED).map((line) => html`<li><code>${line}</code></li>`)}</ul>
${left > 0 ? html`<p class="others">and ${formatCount(left)} more</p>` : ''}`;
}
