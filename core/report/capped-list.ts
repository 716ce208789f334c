/** The first rows of a list, and what those that were left out come to: a report never cuts in silence. */
export interface CappedList<Row> {
  readonly rows: readonly Row[];
  readonly others: {
    /** How many more there are. */
    readonly rows: number;
    /** Their calls (or records) together. */
    readonly calls: number;
  };
}

/** Keeps the first `most` rows of a list that is sorted already, and counts the others. */
export function capList<Row>(
  sorted: readonly Row[],
  most: number,
  countCalls: (row: Row) => number,
): CappedList<Row> {
  const left = sorted.slice(most);
  return {
    rows: sorted.slice(0, most),
    others: { rows: left.length, calls: left.reduce((sum, row) => sum + countCalls(row), 0) },
  };
}
