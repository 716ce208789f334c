import { encodeJsonLine, printSafely } from '../core/text.ts';
import type { ResultRow } from './athena-rows.ts';
import type { ReplayFormat } from './replay-line.ts';

/** Writes a result that is no list of calls: aligned for people, or as JSON with the query's name as `kind`. */
export function composeResult(
  name: string,
  columns: readonly string[],
  rows: readonly ResultRow[],
  format: ReplayFormat,
): string {
  switch (format) {
    case 'human':
      return composeTable(columns, rows);
    case 'ndjson':
      return rows.map((row) => `${encodeJsonLine({ kind: name, ...row })}\n`).join('');
    case 'json':
      return rows.length === 0
        ? '[]\n'
        : `[\n${rows.map((row) => encodeJsonLine({ kind: name, ...row })).join(',\n')}\n]\n`;
  }
}

const WIDEST = 100;

function composeTable(columns: readonly string[], rows: readonly ResultRow[]): string {
  if (rows.length === 0) return '';
  const cells = [columns, ...rows.map((row) => columns.map((column) => printSafely(row[column] ?? '-')))];
  const widths = columns.map((_, index) =>
    Math.min(WIDEST, Math.max(...cells.map((line) => line[index]?.length ?? 0))),
  );
  return cells
    .map(
      (line) =>
        `${line
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A number of bytes for people. */
export function describeBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power] ?? ''}`;
}

/** An amount of US dollars for people; what is less than a cent is said to be so. */
export function describeUsd(usd: number): string {
  return usd < 0.01 ? 'less than 0.01 USD' : `${usd.toFixed(2)} USD`;
}
