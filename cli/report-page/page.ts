import type { Report } from '../../core/report/report.ts';
import { composeAsynchronousSection, composeCostSection } from './cost-sections.ts';
import {
  composeNewCallerSection,
  composeUndeterminedSection,
  composeUnguardedSection,
  composeViolationSection,
} from './finding-sections.ts';
import { html, type Markup, type MarkupValue, trustMarkup } from './markup.ts';
import { composeReadingSection } from './reading-section.ts';
import { STYLES } from './styles.ts';
import {
  composeFunctionSection,
  composeTimelineSection,
  composeTopCallerSection,
} from './traffic-sections.ts';
import { formatCalls, formatCount, formatNumber, formatSpan, formatTime, formatUsd } from './words.ts';

/**
 * Nothing may be loaded, sent or run. There is no script in the page at all, so that a hole in the escaping would still
 * have none to run; styles are inline because a file of its own has nowhere else to keep them.
 */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Composes the report as one HTML file that needs nothing else: no script, no font, no image, no network. */
export function composePage(report: Report): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustMarkup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Who calls your Lambda functions: Invokeguard report</title>
<style>${trustMarkup(STYLES)}</style>
</head>
<body>
<a class="skip" href="#main">To the findings</a>
${composeHeader(report)}
<main id="main" tabindex="-1">
${composeViolationSection(report)}
${composeUndeterminedSection(report)}
${composeNewCallerSection(report)}
${composeUnguardedSection(report)}
${composeTimelineSection(report)}
${composeFunctionSection(report)}
${composeTopCallerSection(report)}
${composeAsynchronousSection(report)}
${composeCostSection(report)}
${composeReadingSection(report)}
</main>
<footer>Made by <code>invokeguard report</code> from CloudTrail logs. All times are UTC. This file loads nothing and sends
nothing. It names functions, callers and accounts: keep it where your logs may be kept.</footer>
</body>
</html>
`.text;
}

const SECTIONS: readonly (readonly [string, string])[] = [
  ['violations', 'Would be blocked'],
  ['undetermined', 'Undetermined'],
  ['new-callers', 'New callers'],
  ['unguarded', 'Unguarded functions'],
  ['timeline', 'Over time'],
  ['functions', 'Who calls what'],
  ['callers', 'Top callers'],
  ['asynchronous', 'Retries'],
  ['cost', 'Cost'],
  ['reading', 'What was read'],
];

function composeHeader(report: Report): Markup {
  const { logs, calls } = report;
  const span =
    logs.firstTime === null
      ? 'No call with a time.'
      : `${formatTime(logs.firstTime)} to ${formatTime(logs.lastTime)} UTC, ${formatSpan(logs.spanHours)}.`;
  return html`<header>
<h1>Who calls your Lambda functions</h1>
<p class="soft">${span} ${formatNumber(logs.records, 'record', 'records')} in ${formatNumber(logs.files, 'file', 'files')}.</p>
<p class="lead">${summarize(report)}</p>
${composeWarnings(report)}
<dl class="tiles">
${composeTile('Would be blocked', report.violations.blocked, `of ${formatCalls(calls.total)}`, report.violations.blocked > 0 ? 'bad' : 'plain')}
${composeTile('Undetermined', calls.verdicts.undetermined, 'calls to look at', calls.verdicts.undetermined > 0 ? 'doubt' : 'plain')}
${composeTile('New callers', report.newCallers.rows.rows.length + report.newCallers.rows.others.rows, 'pairs of caller and function', 'plain')}
${composeTile('Functions nobody guards', countUnguarded(report), `of ${formatCount(calls.functions)} that were called`, 'plain')}
${composeCostTile(report)}
</dl>
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>`;
}

function countUnguarded({ unguardedFunctions: { rows, others } }: Report): number {
  return rows.length + others.rows;
}

function summarize({ calls, violations, allowlist }: Report): string {
  if (calls.total === 0) return 'These logs hold no call of a Lambda function.';
  if (allowlist.entries === 0) {
    return `${formatCalls(calls.total)} of ${formatCount(calls.functions)} functions, and no allowlist yet: nobody is kept out. Draft one with invokeguard learn.`;
  }
  if (violations.calls === 0)
    return 'Every call of a guarded function that could be judged came from a listed caller.';
  const share = `${formatCount(violations.calls)} of ${formatCalls(calls.total)} came from callers who are not listed.`;
  return `${share} Enforcing would have blocked ${violations.blocked === violations.calls ? 'all of them' : formatCount(violations.blocked)}.`;
}

function composeTile(name: string, figure: number, note: string, mood: 'bad' | 'doubt' | 'plain'): Markup {
  return html`<div class="${mood}"><dt>${name}</dt><dd class="figure">${formatCount(figure)}</dd><dd class="note">${note}</dd></div>`;
}

function composeCostTile({ cost }: Report): Markup {
  const { usdPerMonth } = cost.all.withoutExecutions;
  const guarded = cost.guarded.withoutExecutions.usdPerMonth;
  return html`<div><dt>Data events a month</dt><dd class="figure">${
    usdPerMonth === null ? 'not known' : formatUsd(usdPerMonth)
  }</dd><dd class="note">${
    guarded === null ? 'the logs span too little' : `${formatUsd(guarded)} for guarded functions alone`
  }</dd></div>`;
}

/** What makes the figures wrong stands above them. */
function composeWarnings({ logs }: Report): MarkupValue {
  const { dropped } = logs;
  const warnings = [
    logs.completeness === 'partial'
      ? `Not everything could be read, so that every count may be too low: what is missing is listed under “What was read”.`
      : '',
    logs.rejected > 0
      ? `${formatNumber(logs.rejected, 'piece of input is', 'pieces of input are')} no CloudTrail records. The command named them on standard error.`
      : '',
    dropped.functions + dropped.pairs + dropped.findings + dropped.executions > 0
      ? 'There are more different functions or callers than the report keeps apart: some calls are in the totals, but in no table.'
      : '',
  ];
  return warnings
    .filter((warning) => warning !== '')
    .map((warning) => html`<p class="warning">${warning}</p>`);
}
