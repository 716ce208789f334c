import type { TimeWindow } from '../logs/replay/replay-logs.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Reads `--since` and `--until`; a mistake is answered in one sentence. Without them it is all time. */
export function readTimeWindow(since: string | undefined, until: string | undefined): TimeWindow | string {
  const sinceMs = readInstant(since, Number.NEGATIVE_INFINITY);
  const untilMs = readInstant(until, Number.POSITIVE_INFINITY);
  if (typeof sinceMs === 'string') return `--since: ${sinceMs}`;
  if (typeof untilMs === 'string') return `--until: ${untilMs}`;
  if (sinceMs >= untilMs) return '`--since` is not before `--until`: no call can be between them';
  return { sinceMs, untilMs };
}

/** A date (00:00 UTC) or an ISO-8601 instant; without an offset it is UTC, as all times in CloudTrail are. */
function readInstant(text: string | undefined, otherwise: number): number | string {
  if (text === undefined) return otherwise;
  const zoned = text.includes('T') && !/(Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text;
  const ms = INSTANT.test(text) ? Date.parse(zoned) : Number.NaN;
  // Date.parse turns 31 February into 3 March; a date that does not come back as written is none.
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  if (
    Number.isNaN(ms) ||
    Number.isNaN(day) ||
    new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10)
  ) {
    return `\`${text}\` is not a time, expected a date such as \`2026-01-31\` or \`2026-01-31T09:30:00Z\``;
  }
  return ms;
}
