import type { CountedRow, PairRow } from './report.ts';
import type { Counted, PairCount } from './report-tally.ts';

/** ISO-8601; null for what is no instant: none was asked for, or none recorded. */
export function formatTime(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace('.000Z', 'Z') : null;
}

/** How often and when, as it stands in a report. */
export function countRow({ calls, failed, firstMs, lastMs }: Counted): CountedRow {
  return { calls, failed, firstTime: formatTime(firstMs), lastTime: formatTime(lastMs) };
}

/** One function and caller, as they stand in a report. */
export function composePair(pair: PairCount): PairRow {
  const { functionArn, caller, verdicts } = pair;
  return { functionArn, caller, ...countRow(pair), verdicts };
}

/** The busiest first; of equally busy ones, whoever was read first. */
export function sortByCalls<Count extends { readonly calls: number }>(
  counts: readonly Count[],
): readonly Count[] {
  return [...counts].sort((left, right) => right.calls - left.calls);
}
