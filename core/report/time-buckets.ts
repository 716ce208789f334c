/** How finely time is cut: `size` hours, days or weeks each. Cuts are in UTC, weeks begin on Mondays. */
export interface BucketWidth {
  readonly unit: 'hour' | 'day' | 'week';
  readonly size: number;
}

/** Counts over time, of which nobody has to say beforehand what span they will have. */
export interface TimeBuckets {
  /** Adds a call to one series; a time that cannot be read (NaN) is left out. */
  readonly count: (series: TimeSeries, atMs: number) => void;
  /** Makes a series that this axis keeps cutting as it cuts the others. */
  readonly createSeries: () => TimeSeries;
  readonly width: () => BucketWidth;
  /** Where each bucket begins, in epoch milliseconds: from the first with a call to the last, without a gap. */
  readonly listStarts: () => readonly number[];
  /** One count for each of `listStarts`. */
  readonly listCounts: (series: TimeSeries) => readonly number[];
}

/** The counts of one series. Only `TimeBuckets` knows how they lie in it. */
export interface TimeSeries {
  slots: Uint32Array;
}

const HOUR_MS = 3_600_000;
/** So that buckets of whole weeks begin on a Monday: the epoch was a Thursday. */
const MONDAY_MS = 3 * 24 * HOUR_MS;
/** More than any axis may have, so that a bucket's number modulo this is a place of its own. */
const SLOTS = 256;

interface Scale extends BucketWidth {
  readonly ms: number;
  /** Buckets that the span may have before the next scale is taken. */
  readonly most: number;
}

/** Hours for a week of logs, days for half a year, weeks for four years; beyond that weeks, two, four, eight. */
function chooseScale(step: number): Scale {
  if (step === 0) return { unit: 'hour', size: 1, ms: HOUR_MS, most: 8 * 24 };
  if (step === 1) return { unit: 'day', size: 1, ms: 24 * HOUR_MS, most: 190 };
  const size = 2 ** (step - 2);
  return { unit: 'week', size, ms: size * 7 * 24 * HOUR_MS, most: 210 };
}

/**
 * Makes an axis of time that begins with hours and coarsens as the span of what it counts grows. Each series takes a
 * kilobyte, whatever the span; nothing that was counted is lost, because every scale cuts where the next one does.
 */
export function createTimeBuckets(): TimeBuckets {
  let step = 0;
  let scale = chooseScale(step);
  let first = Number.NaN;
  let last = Number.NaN;
  const all: TimeSeries[] = [];

  return {
    createSeries: () => {
      const series = { slots: new Uint32Array(SLOTS) };
      all.push(series);
      return series;
    },
    count: (series, atMs) => {
      if (Number.isNaN(atMs)) return;
      let bucket = findBucket(atMs, scale);
      if (!(bucket >= first && bucket <= last)) {
        widen(atMs);
        bucket = findBucket(atMs, scale);
      }
      const slot = findSlot(bucket);
      series.slots[slot] = (series.slots[slot] ?? 0) + 1;
    },
    width: () => ({ unit: scale.unit, size: scale.size }),
    listStarts: () => listBuckets(first, last).map((bucket) => bucket * scale.ms - MONDAY_MS),
    listCounts: ({ slots }) => listBuckets(first, last).map((bucket) => slots[findSlot(bucket)] ?? 0),
  };

  /** Takes a new time into the span, on a coarser scale where the span has become too long for this one. */
  function widen(atMs: number): void {
    const bucket = findBucket(atMs, scale);
    const from = Number.isNaN(first) ? bucket : Math.min(first, bucket);
    const to = Number.isNaN(last) ? bucket : Math.max(last, bucket);
    if (to - from < scale.most) {
      first = from;
      last = to;
      return;
    }
    const finer = { scale, buckets: listBuckets(first, last) };
    step += 1;
    scale = chooseScale(step);
    for (const series of all) {
      const coarse = new Uint32Array(SLOTS);
      for (const old of finer.buckets) {
        const slot = findSlot(recut(old, finer.scale));
        coarse[slot] = (coarse[slot] ?? 0) + (series.slots[findSlot(old)] ?? 0);
      }
      series.slots = coarse;
    }
    first = recut(first, finer.scale);
    last = recut(last, finer.scale);
    widen(atMs);
  }

  function recut(bucket: number, from: Scale): number {
    return Math.floor((bucket * from.ms) / scale.ms);
  }
}

function findBucket(atMs: number, { ms }: Scale): number {
  return Math.floor((atMs + MONDAY_MS) / ms);
}

function findSlot(bucket: number): number {
  // Of a power of two the last bits are the remainder, for negative numbers too.
  return bucket & (SLOTS - 1);
}

function listBuckets(first: number, last: number): readonly number[] {
  if (Number.isNaN(first)) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
