import * as fc from 'fast-check';
import { createTimeBuckets } from '../../../core/report/time-buckets.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-10-05T10:20:00Z');

function countAll(times: readonly number[]) {
  const buckets = createTimeBuckets();
  const series = buckets.createSeries();
  for (const atMs of times) buckets.count(series, atMs);
  return {
    buckets,
    width: buckets.width(),
    starts: buckets.listStarts(),
    counts: buckets.listCounts(series),
  };
}

describe('createTimeBuckets', () => {
  it.each([
    ['an hour', 1, 'hour', 1],
    ['a week', 7 * 24, 'hour', 1],
    ['a fortnight', 14 * 24, 'day', 1],
    ['half a year', 182 * 24, 'day', 1],
    ['two years', 730 * 24, 'week', 1],
    ['ten years', 3650 * 24, 'week', 4],
  ])('cuts %s', (_name, hours, unit, size) => {
    const { width, starts } = countAll([START_MS, START_MS + hours * HOUR_MS]);
    expect(width).toEqual({ unit, size });
    expect(starts.length).toBeLessThanOrEqual(210);
  });

  it('begins hours, days and weeks where people do: weeks on Monday, in UTC', () => {
    const first = (spanHours: number) =>
      new Date(
        countAll([START_MS + 60 * HOUR_MS, START_MS + (60 + spanHours) * HOUR_MS]).starts[0] ?? 0,
      ).toISOString();
    expect(first(1)).toBe('2026-10-07T22:00:00.000Z');
    expect(first(20 * 24)).toBe('2026-10-07T00:00:00.000Z');
    expect(first(400 * 24)).toBe('2026-10-05T00:00:00.000Z');
  });

  it('leaves out a time that cannot be read, and has no buckets before the first call', () => {
    expect(countAll([Number.NaN])).toMatchObject({ starts: [], counts: [] });
  });

  it('counts each call in the bucket that holds its time, in whatever order they come and however far apart', () => {
    const time = fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('2090-01-01') });
    const near = fc.integer({ min: START_MS, max: START_MS + 400 * 24 * HOUR_MS });
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: time }), { minLength: 1 }),
        (times) => {
          const { starts, counts } = countAll(times);
          const ends = [...starts.slice(1), Number.POSITIVE_INFINITY];
          const expected = starts.map(
            (start, index) => times.filter((atMs) => atMs >= start && atMs < (ends[index] ?? 0)).length,
          );
          expect(counts).toEqual(expected);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(times.length);
        },
      ),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('coarsens a series that had its calls before another made the span long', () => {
    const buckets = createTimeBuckets();
    const [early, late] = [buckets.createSeries(), buckets.createSeries()];
    buckets.count(early, START_MS);
    buckets.count(early, START_MS + 5 * HOUR_MS);
    buckets.count(late, START_MS + 20 * 24 * HOUR_MS);
    expect(buckets.listCounts(early)).toEqual([2, ...Array.from({ length: 20 }, () => 0)]);
    expect(buckets.listCounts(late).at(-1)).toBe(1);
  });
});
