import type { Verdict } from '../../core/verdict/decision.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { formatCount, VERDICT_WORDS } from './words.ts';

/** Calls by verdict in a few words, what needs a look first: `3 unauthorized, 12 authorized`. */
export function showVerdicts(verdicts: Readonly<Record<Verdict, number>>): Markup {
  const shown = VERDICT_WORDS.filter(([verdict]) => verdicts[verdict] > 0);
  return html`${shown.map(
    ([verdict], index) =>
      html`${index === 0 ? '' : ', '}<span class="verdict-${verdict}">${formatCount(verdicts[verdict])} ${verdict}</span>`,
  )}`;
}

/** What the colours of a chart mean. */
export function composeLegend(
  entries: readonly { readonly color: string; readonly words: string }[],
): Markup {
  return html`<ul class="legend">${entries.map(
    ({ color, words }) => html`<li><span class="swatch color-${color}"></span>${words}</li>`,
  )}</ul>`;
}

/** A chart with its caption and its legend. A narrow screen scrolls it, with the keyboard too. */
export function composeFigure(caption: string, chart: Markup, legend: MarkupValue): Markup {
  return html`<figure><figcaption>${caption}</figcaption>
<div class="wide scroll" role="region" aria-label="Chart: ${caption}" tabindex="0">${chart}</div>${legend}</figure>`;
}
