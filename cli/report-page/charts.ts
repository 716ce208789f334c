// @ts-expect-error the package declares its types under its old name, `domino`
import { createDocument } from '@mixmark-io/domino';
import * as Plot from '@observablehq/plot';
import { cutText, type Markup, trustMarkup } from './markup.ts';
import { formatCount } from './words.ts';

/** One series of a chart over time. Its name may be text from logs, as all names here: it is drawn harmless. */
export interface ChartSeries {
  readonly name: string;
  /** A colour of the style sheet, such as `--unauthorized`, which has one for light and one for dark. */
  readonly color: string;
  readonly counts: readonly number[];
}

/** Time along the bottom of a chart: where each bucket begins, and where the last one ends. */
export interface ChartTime {
  readonly starts: readonly string[];
  readonly bucketMs: number;
}

/** One bar of a chart of bars. */
export interface ChartBar {
  readonly label: string;
  /** Its parts from the left; their names stand in the legend. */
  readonly parts: readonly { readonly name: string; readonly color: string; readonly value: number }[];
}

/** What is asked of an element that was drawn: Plot's own types need a browser's, which this program has none of. */
interface DrawnElement {
  readonly outerHTML: string;
  readonly getAttribute: (name: string) => string | null;
  readonly setAttribute: (name: string, value: string) => void;
  readonly removeAttribute: (name: string) => void;
  readonly querySelectorAll: (selector: string) => ArrayLike<DrawnElement>;
  readonly remove: () => void;
}

// Observable Plot draws on any document; this one is never shown. No browser and no script take part.
const DRAWING: unknown = createDocument('');

const COMPACT = new Intl.NumberFormat('en-GB', { notation: 'compact' });

/** Counts are whole: where an axis is so short that its ticks fall between them, those stay without a number. */
function formatTick(value: number): string {
  return Number.isInteger(value) ? COMPACT.format(value) : '';
}

/** Calls over time as stacked columns, each with its numbers as a tooltip. */
export function drawColumns(label: string, time: ChartTime, series: readonly ChartSeries[]): Markup {
  const columns = series.flatMap(({ name, color, counts }) =>
    counts.flatMap((calls, index) =>
      calls === 0 ? [] : [{ ...placeBucket(time, index), calls, fill: `var(${color})`, name }],
    ),
  );
  return draw(label, {
    height: 220,
    marginLeft: 56,
    x: { type: 'utc', label: null, domain: findDomain(time) },
    y: { label: null, grid: true, ticks: 4, tickFormat: formatTick, zero: true },
    marks: [
      Plot.rectY(
        columns,
        Plot.stackY({
          x1: 'from',
          x2: 'to',
          y: 'calls',
          fill: 'fill',
          inset: 0.25,
          title: ({ from, name, calls }: (typeof columns)[number]) =>
            `${from.toISOString().slice(0, 16).replace('T', ' ')}: ${formatCount(calls)} ${cutText(name)}`,
        }),
      ),
      Plot.ruleY([0]),
    ],
  });
}

/** Calls over time as stacked areas with steps: one path a series, however many buckets there are. */
export function drawAreas(label: string, time: ChartTime, series: readonly ChartSeries[]): Markup {
  const points = series.flatMap(({ color, counts }) =>
    // The last count is repeated at the end of its bucket: a step needs somewhere to go.
    [...counts, counts.at(-1) ?? 0].map((calls, index) => ({
      at: placeBucket(time, index).from,
      calls,
      fill: `var(${color})`,
    })),
  );
  return draw(label, {
    width: 480,
    height: 130,
    marginLeft: 44,
    x: { type: 'utc', label: null, domain: findDomain(time), ticks: 5 },
    y: { label: null, grid: true, ticks: 3, tickFormat: formatTick, zero: true },
    marks: [
      Plot.areaY(points, Plot.stackY({ x: 'at', y: 'calls', z: 'fill', fill: 'fill', curve: 'step-after' })),
      Plot.ruleY([0]),
    ],
  });
}

/** Bars from the left, the longest first, each with its numbers as a tooltip. */
export function drawBars(
  label: string,
  bars: readonly ChartBar[],
  format: (value: number) => string,
): Markup {
  const rows = bars.map(({ label: name, parts }, index) => ({ name: cutLabel(cutText(name)), parts, index }));
  const parts = rows.flatMap(({ name, parts, index }) =>
    parts.flatMap((part) =>
      part.value === 0 ? [] : [{ ...part, index, title: `${name}: ${format(part.value)} ${part.name}` }],
    ),
  );
  const sums = rows.map(({ parts, index }) => ({
    index,
    value: parts.reduce((sum, { value }) => sum + value, 0),
  }));
  return draw(label, {
    height: 30 + rows.length * 26,
    marginLeft: 230,
    marginRight: 80,
    marginTop: 6,
    x: { label: null, grid: true, ticks: 5, tickFormat: formatTick, zero: true },
    y: {
      label: null,
      type: 'band',
      padding: 0.3,
      tickSize: 0,
      tickFormat: (index: number) => rows[index]?.name ?? '',
    },
    marks: [
      Plot.barX(
        parts,
        Plot.stackX({
          x: 'value',
          y: 'index',
          fill: ({ color }: (typeof parts)[number]) => `var(${color})`,
          title: 'title',
        }),
      ),
      Plot.text(sums, {
        x: 'value',
        y: 'index',
        text: ({ value }: (typeof sums)[number]) => format(value),
        textAnchor: 'start',
        dx: 5,
        fill: 'currentColor',
      }),
      Plot.ruleX([0]),
    ],
  });
}

function draw(label: string, options: Plot.PlotOptions): Markup {
  const drawn: unknown = Plot.plot({
    width: 1072,
    // Colours are names of the style sheet, to be taken as they are.
    color: { type: 'identity' },
    ...options,
    document: DRAWING as Plot.PlotOptions['document'],
  });
  const svg = drawn as DrawnElement;
  // What the chart shows stands in a table beside it, so that for a screen reader it is one picture with a name.
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', cutText(label));
  svg.setAttribute('font-size', '12');
  svg.setAttribute('class', 'chart');
  // The style sheet of the page says the same for all charts.
  for (const style of Array.from(svg.querySelectorAll('style'))) style.remove();
  for (const element of Array.from(svg.querySelectorAll('*'))) {
    element.removeAttribute('aria-label');
    for (const name of ROUNDED) shortenNumbers(element, name);
  }
  return trustMarkup(svg.outerHTML);
}

const ROUNDED = ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'width', 'height', 'd', 'transform'];

/** A tenth of a pixel is enough for everybody, and halves the size of a chart. */
function shortenNumbers(element: DrawnElement, name: string): void {
  const value = element.getAttribute(name);
  if (value === null) return;
  element.setAttribute(
    name,
    value.replaceAll(/\d+\.\d{2,}(?!em)/g, (number) => String(Math.round(Number(number) * 10) / 10)),
  );
}

function placeBucket(
  { starts, bucketMs }: ChartTime,
  index: number,
): { readonly from: Date; readonly to: Date } {
  const fromMs = Date.parse(starts[0] ?? '') + index * bucketMs;
  return { from: new Date(fromMs), to: new Date(fromMs + bucketMs) };
}

function findDomain(time: ChartTime): readonly Date[] {
  return [placeBucket(time, 0).from, placeBucket(time, time.starts.length).from];
}

const LONGEST_LABEL = 30;

function cutLabel(text: string): string {
  const characters = Array.from(text);
  return characters.length <= LONGEST_LABEL
    ? text
    : `${characters.slice(0, 16).join('')}…${characters.slice(-(LONGEST_LABEL - 17)).join('')}`;
}
