import type { CappedList } from '../../core/report/capped-list.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { formatCount } from './words.ts';

/** One column of a table. */
export interface Column<Row> {
  readonly head: string;
  /** Numbers stand at the right, so that their digits are below each other. */
  readonly align: 'text' | 'number' | 'time';
  readonly show: (row: Row) => MarkupValue;
}

/**
 * Composes a table that can be scrolled sideways with the keyboard. Its first column heads the rows.
 * @param id unlike that of any other table in the page
 */
export function composeTable<Row>(
  id: string,
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}">${caption}</caption>
<thead><tr>${columns.map(({ head, align }) => html`<th scope="col" class="${align}">${head}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${columns.map(({ align, show }, index) =>
    index === 0
      ? html`<th scope="row" class="${align}">${show(row)}</th>`
      : html`<td class="${align}">${show(row)}</td>`,
  )}</tr>
`,
)}</tbody></table></div>`;
}

/** As many rows as one takes in; the others fold, so that the next section is not far. */
const OPEN_ROWS = 15;

/** A table of a list that may have been cut, with what was cut below it. Where the list is empty, a sentence instead. */
export function composeListTable<Row>(
  id: string,
  caption: string,
  columns: readonly Column<Row>[],
  list: CappedList<Row>,
  empty: string,
): Markup {
  if (list.rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const [open, folded] = [list.rows.slice(0, OPEN_ROWS), list.rows.slice(OPEN_ROWS)];
  return html`${composeTable(id, caption, columns, open)}${
    folded.length === 0
      ? ''
      : composeDetails(
          `${formatCount(folded.length)} more rows`,
          composeTable(`${id}-more`, `${caption}, continued`, columns, folded),
        )
  }${composeOthers(list)}`;
}

function composeOthers({ others }: CappedList<unknown>): MarkupValue {
  if (others.rows === 0) return '';
  return html`<p class="others">and ${formatCount(others.rows)} more that are not listed, ${formatCount(others.calls)} together.</p>`;
}

/** Hides what only some readers want behind a heading that the keyboard opens; print shows it. */
export function composeDetails(summary: string, content: MarkupValue): Markup {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}
