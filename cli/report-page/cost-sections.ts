import type { CostRow, CostScope, Report } from '../../core/report/report.ts';
import { composeFigure, composeLegend } from './chart-parts.ts';
import { drawBars } from './charts.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { composeListTable, composeTable } from './table.ts';
import { formatCount, formatNumber, formatSpan, formatUsd, nameFunction, showFunction } from './words.ts';

/** Lambda running work that it accepted before: apart from the calls, since nobody called. */
export function composeAsynchronousSection({ asynchronous }: Report): Markup {
  const { executionScope, functions, calls, executions } = asynchronous;
  return html`<section aria-labelledby="asynchronous"><h2 id="asynchronous">Asynchronous work and retries</h2>
<p>An asynchronous call is accepted first and run later; each run is an <code>InvokeExecution</code> record of Lambda itself,
and each retry is another one. They are no calls, are not judged, and are in no other count but the cost. Here:
${formatNumber(calls, 'asynchronous call', 'asynchronous calls')}, ${formatNumber(executions, 'execution', 'executions')}${
    executionScope === 'span'
      ? ''
      : '. The executions are those of all the logs, not only of the time asked for'
  }.</p>
${composeListTable(
  'asynchronous-table',
  'Asynchronous work by function',
  [
    { head: 'Function', align: 'text', show: ({ functionArn }) => showFunction(functionArn) },
    { head: 'Asynchronous calls', align: 'number', show: ({ calls }) => formatCount(calls) },
    { head: 'Executions', align: 'number', show: ({ executions }) => formatCount(executions) },
    { head: 'Retries at most', align: 'number', show: ({ surplus }) => formatCount(surplus) },
  ],
  functions,
  'None: these logs hold neither asynchronous calls nor executions.',
)}</section>`;
}

/** What logging the calls costs, and what it would cost otherwise. */
export function composeCostSection({ cost, logs }: Report): Markup {
  const { price, all, guarded, functions } = cost;
  const scenarios = [
    { name: 'All functions (trail.functions: all), without InvokeExecution', events: all.withoutExecutions },
    { name: 'All functions, with InvokeExecution too', events: all.withExecutions },
    {
      name: 'Guarded functions (trail.functions: guarded), without InvokeExecution',
      events: guarded.withoutExecutions,
    },
    { name: 'Guarded functions, with InvokeExecution too', events: guarded.withExecutions },
  ];
  return html`<section aria-labelledby="cost"><h2 id="cost">What the data events cost</h2>
<p>Assumed: $${price.usdPer100kEvents.toFixed(2)} for 100,000 data events, as of ${price.asOf}, from ${price.source}. Each copy
that a further trail makes costs the same again. A month is extrapolated from the ${formatSpan(logs.spanHours)} that these logs
span${logs.spanHours < 168 ? ', less than a week: take it as a rough figure' : ''}. The trail that this project deploys leaves
<code>InvokeExecution</code> out.</p>
${composeTable(
  'scenario-table',
  'What is logged, and what it costs',
  [
    { head: 'Logged', align: 'text', show: ({ name }) => name },
    {
      head: 'Events',
      align: 'number',
      show: ({ events }) => (events === null ? 'not known' : formatCount(events.events)),
    },
    {
      head: 'In these logs',
      align: 'number',
      show: ({ events }) => (events === null ? '' : formatUsd(events.usd)),
    },
    { head: 'A month', align: 'number', show: ({ events }) => showMonth(events) },
  ],
  scenarios,
)}
${drawCosts(functions.rows.filter(({ calls, executions }) => calls + executions > 0).slice(0, 12))}
${composeListTable(
  'cost-table',
  'Data events by function, the most first',
  [
    { head: 'Function', align: 'text', show: ({ functionArn }) => showFunction(functionArn) },
    { head: 'State', align: 'text', show: ({ state }) => state },
    { head: 'Calls', align: 'number', show: ({ calls }) => formatCount(calls) },
    { head: 'Executions', align: 'number', show: ({ executions }) => formatCount(executions) },
    { head: 'A month without executions', align: 'number', show: (row) => showMonth(row.withoutExecutions) },
    { head: 'With', align: 'number', show: (row) => showMonth(row.withExecutions) },
  ],
  functions,
  'No data events.',
)}</section>`;
}

function showMonth(events: CostScope['withExecutions']): string {
  if (events === null) return '';
  return events.usdPerMonth === null ? 'span too short' : formatUsd(events.usdPerMonth);
}

function drawCosts(rows: readonly CostRow[]): MarkupValue {
  if (rows.length === 0) return '';
  const bars = rows.map(({ functionArn, calls, executions }) => ({
    label: nameFunction(functionArn),
    parts: [
      { name: 'calls', color: '--series-1', value: calls },
      { name: 'executions', color: '--series-2', value: executions },
    ],
  }));
  return composeFigure(
    'Data events by function',
    drawBars('Data events by function; the table below has the numbers', bars, formatCount),
    composeLegend([
      { color: 'series-1', words: 'Calls' },
      { color: 'series-2', words: 'Executions of asynchronous work (InvokeExecution)' },
    ]),
  );
}
