/** What Athena asks for each terabyte that it scans, in US dollars. An assumption: the price in most Regions. */
export const USD_PER_TERABYTE = 5;
/** Athena counts at least so much for each query. */
const LEAST_BYTES = 10_000_000;
/** Decimal, which makes the dearer of both readings. */
const TERABYTE = 1e12;

/** What it costs to read logs of a size once for each scan, in US dollars. */
export function priceScans(bytes: number, scans: number): number {
  return (Math.max(bytes, LEAST_BYTES) * scans * USD_PER_TERABYTE) / TERABYTE;
}
