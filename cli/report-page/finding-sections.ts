import type { FindingRow, NewCallerRow, Report, ViolationRow } from '../../core/report/report.ts';
import { composeFigure, showVerdicts } from './chart-parts.ts';
import { drawBars } from './charts.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { type Column, composeListTable } from './table.ts';
import { formatCalls, formatCount, formatTime, nameFunction, showCaller, showFunction } from './words.ts';

/** What enforcing would have blocked: the question with which most people come. */
export function composeViolationSection({ violations, allowlist }: Report): Markup {
  const { calls, blocked, failed, beyondPolicy, findings, byFunction } = violations;
  if (calls === 0) {
    return html`<section aria-labelledby="violations"><h2 id="violations">What enforcing would have blocked</h2>
<p class="empty">${
      allowlist.entries === 0
        ? 'Nothing: there is no allowlist yet, or it names no function. Draft one with invokeguard learn.'
        : 'Nothing: no call of a guarded function came from a caller who is not listed.'
    }</p></section>`;
  }
  return html`<section aria-labelledby="violations"><h2 id="violations">What enforcing would have blocked</h2>
<p>${formatCalls(calls)} came from callers whom the allowlist does not list. ${formatCount(blocked)} of them got in and would
have been blocked${failed === 0 ? '' : `, ${formatCount(failed)} failed anyway`}${
    beyondPolicy === 0
      ? ''
      : `, and ${formatCount(beyondPolicy)} came from Lambda itself (event source mappings), which no resource policy stops`
  }. Blocked counts as if the guards had stood in the policies from the first call on (<code>invokeguard contain</code>); a
guard that answers to a violation comes after its first call.</p>
${drawBlocked(byFunction.rows.filter((row) => row.blocked > 0).slice(0, 12))}
${composeListTable(
  'violation-table',
  'Calls by unlisted callers, the most that would have been blocked first',
  [
    ...FINDING_COLUMNS,
    { head: 'Blocked', align: 'number', show: (row) => formatCount(row.blocked) },
    ...(calls === blocked ? [] : [NOT_BLOCKED_COLUMN]),
    ...EVIDENCE_COLUMNS,
  ],
  findings,
  '',
)}</section>`;
}

function drawBlocked(rows: Report['violations']['byFunction']['rows']): MarkupValue {
  if (rows.length === 0) return '';
  const bars = rows.map(({ name, blocked }) => ({
    label: nameFunction(name),
    parts: [{ name: 'would have been blocked', color: '--unauthorized', value: blocked }],
  }));
  const title = 'Calls that would have been blocked, by function';
  return composeFigure(title, drawBars(`${title}; the table below has the numbers`, bars, formatCount), '');
}

const NOT_BLOCKED_COLUMN: Column<ViolationRow> = { head: 'Not blocked', align: 'text', show: showNotBlocked };

function showNotBlocked(row: { readonly failed: number; readonly beyondPolicy: number }): string {
  const parts = [
    row.failed === 0 ? '' : `${formatCount(row.failed)} failed anyway`,
    row.beyondPolicy === 0 ? '' : `${formatCount(row.beyondPolicy)} beyond any policy`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const FINDING_COLUMNS: readonly Column<FindingRow>[] = [
  { head: 'Function', align: 'text', show: ({ functionArn }) => showFunction(functionArn) },
  { head: 'Caller', align: 'text', show: ({ caller }) => showCaller(caller) },
];

const EVIDENCE_COLUMNS: readonly Column<FindingRow>[] = [
  {
    head: 'First and last',
    align: 'time',
    show: ({ firstTime, lastTime }) => showTimes(firstTime, lastTime),
  },
  { head: 'Mode', align: 'text', show: ({ mode }) => mode ?? '' },
  { head: 'Why, and one of the calls', align: 'text', show: showEvidence },
];

function showEvidence({ reason, nearest, eventID, sessionName }: FindingRow): Markup {
  return html`${reason}${nearest === null ? '' : html` (nearest: <code>${nearest}</code>)`}${
    eventID === null ? '' : html`; event <code>${eventID}</code>`
  }${sessionName === null ? '' : html`, session <code>${sessionName}</code>`}`;
}

function showTimes(first: string | null, last: string | null): Markup {
  return html`${formatTime(first)}${last === first ? '' : html`<br>${formatTime(last)}`}`;
}

/** What the records do not tell enough about. */
export function composeUndeterminedSection({ undetermined }: Report): Markup {
  return html`<section aria-labelledby="undetermined"><h2 id="undetermined">Undetermined</h2>
<p>The records do not tell enough to judge these calls. The guard alerts them and blocks nothing for them.</p>
${composeListTable(
  'undetermined-table',
  'Undetermined calls, the most frequent first',
  [
    ...FINDING_COLUMNS,
    { head: 'Calls', align: 'number', show: ({ calls }) => formatCount(calls) },
    ...EVIDENCE_COLUMNS,
  ],
  undetermined.findings,
  'None: every call of a guarded function could be judged.',
)}</section>`;
}

/** Who calls now and did not before. */
export function composeNewCallerSection({ newCallers }: Report): Markup {
  const { rule, thresholdTime, rows } = newCallers;
  return html`<section aria-labelledby="new-callers"><h2 id="new-callers">Newly seen callers</h2>
<p>${rule}${thresholdTime === null ? '' : ` The second half begins at ${formatTime(thresholdTime)}.`}</p>
${composeListTable<NewCallerRow>(
  'new-caller-table',
  'New callers, those who are not listed first',
  [
    { head: 'Function', align: 'text', show: ({ functionArn }) => showFunction(functionArn) },
    { head: 'Caller', align: 'text', show: ({ caller }) => showCaller(caller) },
    {
      head: 'New to',
      align: 'text',
      show: ({ newTo }) => (newTo === 'everyFunction' ? 'all functions' : 'this function'),
    },
    { head: 'Calls', align: 'text', show: ({ verdicts }) => showVerdicts(verdicts) },
    {
      head: 'First and last',
      align: 'time',
      show: ({ firstTime, lastTime }) => showTimes(firstTime, lastTime),
    },
  ],
  rows,
  thresholdTime === null ? 'Not told.' : 'None: everybody was there in the first half.',
)}</section>`;
}

/** Functions that the allowlist does not name. */
export function composeUnguardedSection({ unguardedFunctions }: Report): Markup {
  return html`<section aria-labelledby="unguarded"><h2 id="unguarded">Functions nobody guards</h2>
<p>No entry of the allowlist names these functions, so nobody is kept out of them. Functions without a call in these logs
are not here: <code>invokeguard status</code> lists those of a live account.</p>
${composeListTable(
  'unguarded-table',
  'Functions without an entry, the busiest first',
  [
    { head: 'Function', align: 'text', show: ({ functionArn }) => showFunction(functionArn) },
    { head: 'Calls', align: 'number', show: ({ calls }) => formatCount(calls) },
    { head: 'Callers', align: 'number', show: ({ callers }) => formatCount(callers) },
    { head: 'First', align: 'time', show: ({ firstTime }) => formatTime(firstTime) },
    { head: 'Last', align: 'time', show: ({ lastTime }) => formatTime(lastTime) },
  ],
  unguardedFunctions,
  'None: an entry names every function that was called.',
)}</section>`;
}
