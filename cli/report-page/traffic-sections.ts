import type { CappedList } from '../../core/report/capped-list.ts';
import type { CallerRow, FunctionTimeline, Report, Timeline } from '../../core/report/report.ts';
import type { Verdict } from '../../core/verdict/decision.ts';
import { composeFigure, composeLegend, showVerdicts } from './chart-parts.ts';
import { type ChartTime, drawAreas, drawBars, drawColumns } from './charts.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { composeDetails, composeListTable, composeTable } from './table.ts';
import {
  describeWidth,
  formatCalls,
  formatCount,
  formatTime,
  nameCaller,
  nameFunction,
  shortenArn,
  showCaller,
  showFunction,
  VERDICT_WORDS,
} from './words.ts';

const HOUR_MS = 3_600_000;
const UNIT_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS } as const;

function readTime({ starts, width }: Timeline): ChartTime {
  return { starts, bucketMs: UNIT_MS[width.unit] * width.size };
}

/** All calls over time, and once more those that somebody should look at, which would drown in the first. */
export function composeTimelineSection({ timeline }: Report): Markup {
  if (timeline.starts.length === 0) {
    return html`<section aria-labelledby="timeline"><h2 id="timeline">Calls over time</h2>
<p class="empty">No call with a time in these logs.</p></section>`;
  }
  const seen = VERDICT_WORDS.filter(([verdict]) => timeline.verdicts[verdict].some((count) => count > 0));
  const findings = seen.filter(([verdict]) => verdict === 'unauthorized' || verdict === 'undetermined');
  const width = describeWidth(timeline.width);
  // The usual calls stand at the bottom of the columns.
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Calls over time</h2>
<p>One column for ${width}, in UTC.</p>
${drawVerdicts(timeline, seen.toReversed(), 'All calls')}
${findings.length === 0 || findings.length === seen.length ? '' : drawVerdicts(timeline, findings, 'Unauthorized and undetermined calls alone')}
${composeDetails(
  'The numbers of these charts',
  composeTable(
    'timeline-table',
    `Calls for ${width}, by verdict`,
    [
      { head: 'From (UTC)', align: 'time', show: ({ start }) => formatTime(start) },
      ...seen.map(([verdict, words]) => ({
        head: words,
        align: 'number' as const,
        show: ({ index }: { index: number }) => formatCount(timeline.verdicts[verdict][index] ?? 0),
      })),
    ],
    timeline.starts.map((start, index) => ({ start, index })),
  ),
)}</section>`;
}

function drawVerdicts(
  timeline: Timeline,
  shown: readonly (readonly [Verdict, string])[],
  title: string,
): Markup {
  const series = shown.map(([verdict, words]) => ({
    name: words.toLowerCase(),
    color: `--${verdict}`,
    counts: timeline.verdicts[verdict],
  }));
  return composeFigure(
    title,
    drawColumns(`${title} over time; the table below has the numbers`, readTime(timeline), series),
    composeLegend(shown.map(([color, words]) => ({ color, words }))),
  );
}

const SERIES = ['series-1', 'series-2', 'series-3', 'series-4'] as const;

/** Calls of each function by its callers, over time and in all. */
export function composeFunctionSection({ timeline, pairs }: Report): Markup {
  const { functions } = timeline;
  const left = functions.others.rows;
  return html`<section aria-labelledby="functions"><h2 id="functions">Who calls which function</h2>
${
  timeline.starts.length === 0
    ? ''
    : html`<p>The ${formatCount(functions.rows.length)} functions with most calls${
        left === 0 ? '' : ` (of ${formatCount(left + functions.rows.length)})`
      }, each by its callers, over the same time. Each chart has a scale of its own.</p>
<div class="figures">${functions.rows.map((row) => drawFunction(row, timeline))}</div>`
}
${composeListTable(
  'pair-table',
  'Functions and their callers, the busiest first',
  [
    { head: 'Function', align: 'text', show: ({ functionArn }) => showFunction(functionArn) },
    { head: 'Caller', align: 'text', show: ({ caller }) => showCaller(caller) },
    { head: 'Calls', align: 'number', show: ({ calls }) => formatCount(calls) },
    { head: 'Failed', align: 'number', show: ({ failed }) => formatCount(failed) },
    { head: 'Verdicts', align: 'text', show: ({ verdicts }) => showVerdicts(verdicts) },
    { head: 'First', align: 'time', show: ({ firstTime }) => formatTime(firstTime) },
    { head: 'Last', align: 'time', show: ({ lastTime }) => formatTime(lastTime) },
  ],
  pairs,
  'No calls.',
)}</section>`;
}

function drawFunction({ functionArn, calls, counts, callers }: FunctionTimeline, timeline: Timeline): Markup {
  const named = callers.rows.map((row, index) => ({
    ...row,
    name: nameCaller(row.caller),
    color: SERIES[index] ?? 'series-other',
  }));
  const rest = counts.map((count, index) =>
    named.reduce((left, row) => left - (row.counts[index] ?? 0), count),
  );
  const others = calls - named.reduce((sum, row) => sum + row.calls, 0);
  const series = [
    ...named.map(({ name, color, counts }) => ({ name, color: `--${color}`, counts })),
    ...(others === 0 ? [] : [{ name: 'others', color: '--series-other', counts: rest }]),
  ];
  const legend = [
    ...named.map(({ name, color, calls }) => ({ color, words: `${name}: ${formatCount(calls)}` })),
    ...(others === 0 ? [] : [{ color: 'series-other', words: `others: ${formatCount(others)}` }]),
  ];
  const name = nameFunction(functionArn);
  return html`<figure><h3>${name}</h3><figcaption>${formatCalls(calls)}</figcaption>
${drawAreas(`Calls of ${name} over time by caller; the table below has the numbers`, readTime(timeline), series)}
${composeLegend(legend)}</figure>`;
}

const KINDS: readonly (readonly [keyof Report['topCallers'], string, string])[] = [
  ['services', 'Services', 'service'],
  ['roles', 'Roles', 'role'],
  ['users', 'Users', 'user'],
  ['accounts', 'Accounts', 'account'],
  ['others', 'Other callers', 'other'],
];

/** Who called most, over all functions. */
export function composeTopCallerSection({ topCallers }: Report): Markup {
  return html`<section aria-labelledby="callers"><h2 id="callers">Top callers</h2>
<p>Over all functions. The accounts are those of the callers; a service counts for the account that it worked for, where the
record names it.</p>
${composeLegend(VERDICT_WORDS.map(([color, words]) => ({ color, words })))}
${KINDS.map(([kind, title, id]) => composeRanking(topCallers[kind], title, id))}</section>`;
}

const DRAWN = 10;

function composeRanking(list: CappedList<CallerRow>, title: string, id: string): MarkupValue {
  if (list.rows.length === 0) return '';
  const bars = list.rows.slice(0, DRAWN).map(({ name, verdicts }) => ({
    label: shortenArn(name),
    parts: VERDICT_WORDS.map(([verdict, words]) => ({
      name: words.toLowerCase(),
      color: `--${verdict}`,
      value: verdicts[verdict],
    })),
  }));
  return html`<h3>${title}</h3>
${composeFigure(
  `Calls by ${title.toLowerCase()}`,
  drawBars(`Calls by ${title.toLowerCase()}; the table below has the numbers`, bars, formatCount),
  '',
)}
${composeDetails(
  `${title} in numbers`,
  composeListTable(
    `${id}-table`,
    `${title}, the busiest first`,
    [
      { head: 'Caller', align: 'text', show: ({ name }) => html`<code>${name}</code>` },
      { head: 'Calls', align: 'number', show: ({ calls }) => formatCount(calls) },
      { head: 'Failed', align: 'number', show: ({ failed }) => formatCount(failed) },
      { head: 'Functions', align: 'number', show: ({ functions }) => formatCount(functions) },
      { head: 'Verdicts', align: 'text', show: ({ verdicts }) => showVerdicts(verdicts) },
      { head: 'First', align: 'time', show: ({ firstTime }) => formatTime(firstTime) },
      { head: 'Last', align: 'time', show: ({ lastTime }) => formatTime(lastTime) },
    ],
    list,
    '',
  ),
)}`;
}
