import { quoteText, type Sql } from './sql-text.ts';

/** A time in epoch milliseconds: from `sinceMs` on, and before `untilMs`. */
export interface ScanWindow {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The time that a query looks at: a window, or as many days before the moment at which it runs. */
export type ScanTime =
  | ({ readonly kind: 'window' } & ScanWindow)
  | { readonly kind: 'lastDays'; readonly days: number };

const DAY_MS = 86_400_000;

/**
 * CloudTrail files a record under the day of its delivery, which is mostly minutes after the call, and later where
 * something was wrong; a call of one day may so stand in the folder of the next.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */
const LATE_DAYS = 1;

/** The days whose folders a query reads, as CloudTrail writes them: `2026/01/31`, both of them included. */
export function listScannedDays({ sinceMs, untilMs }: ScanWindow): readonly string[] {
  const [first, last] = spanDays({ sinceMs, untilMs });
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => writeDay(first + index));
}

/** The first and the last day, counted from 1970. */
function spanDays({ sinceMs, untilMs }: ScanWindow): readonly [first: number, last: number] {
  return [Math.floor(sinceMs / DAY_MS), Math.floor((untilMs - 1) / DAY_MS) + LATE_DAYS];
}

function writeDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** Which folders are read: what the engine decides before it opens a single object. */
export function selectDays(time: ScanTime): Sql {
  if (time.kind === 'lastDays') {
    return `day BETWEEN ${writeRelativeDay(`- INTERVAL '${time.days}' DAY`)} AND ${writeRelativeDay(`+ INTERVAL '${LATE_DAYS}' DAY`)}`;
  }
  const [first, last] = spanDays(time);
  return `day BETWEEN ${quoteText(writeDay(first))} AND ${quoteText(writeDay(last))}`;
}

function writeRelativeDay(distance: Sql): Sql {
  return `date_format(CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp) ${distance}, '%Y/%m/%d')`;
}

/** Epoch milliseconds as SQL, for `eventtime` as CloudTrail writes it; NULL for anything else. */
export const EVENT_MS: Sql = `CASE WHEN regexp_like(eventtime, '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,3})?Z\\z') THEN CAST(round(to_unixtime(TRY(from_iso8601_timestamp(eventtime))) * 1000) AS bigint) END`;

/** Whether a call falls into the time; one without a readable time does, so that a lost field hides no call. */
export function selectTime(time: ScanTime, atMs: Sql): Sql {
  const within =
    time.kind === 'window'
      ? `${atMs} >= ${time.sinceMs} AND ${atMs} < ${time.untilMs}`
      : `${atMs} >= to_unixtime(current_timestamp - INTERVAL '${time.days}' DAY) * 1000`;
  return `(${atMs} IS NULL OR ${within})`;
}
