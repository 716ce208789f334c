/** A span of time in epoch milliseconds, from `sinceMs` up to and without `untilMs`. */
interface Span {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/**
 * Whether something may hold calls of the time asked for. `elsewhere`: by its place it holds something else than
 * CloudTrail's records. `otherTime`: CloudTrail delivered it at a time that rules such calls out.
 */
export type KeyVerdict = 'wanted' | 'elsewhere' | 'otherTime';

/**
 * A log file holds records from any time before its delivery, and the dates in its key are those of the delivery. So
 * what was delivered before `since` cannot hold a call of the span; this much is allowed for, because the minute in the
 * name is all that is known of the delivery, and clocks differ. One more hour of files costs next to nothing.
 */
export const EARLY_MARGIN_MS = 60 * 60 * 1000;

/**
 * Calls of the span may be delivered after it: mostly within minutes, which CloudTrail does not promise. A day is far
 * beyond what it is seen to take; only a trail that could not write to its bucket delivers later, for up to 30 days.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */
export const LATE_MARGIN_MS = 24 * 60 * 60 * 1000;

/** `AWSLogs/[o-…/]ACCOUNT/SERVICE/`: load balancers, Config and VPC flow logs lie beside CloudTrail. */
const SERVICE_FOLDER = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/([^/]+)\//;
/** Digests, Insights and other folders of CloudTrail's own, also where `AWSLogs` was lost in a copy. */
const SISTER_FOLDER = /(?:^|\/)\d{12}\/CloudTrail-[^/]+\//;
const DATED_FOLDER = /(?:^|\/)\d{12}\/CloudTrail\/[a-z0-9-]+\/(\d{4})\/(?:(\d{2})\/(?:(\d{2})\/)?)?/;
const LOG_FILE =
  /(?:^|\/)\d{12}_CloudTrail_[a-z0-9-]+_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_[^/]*\.json(?:\.gz)?$/;
const SISTER_FILE = /(?:^|\/)\d{12}_CloudTrail-[A-Za-z]+_[^/]*$/;

const DELIVERED_FILE =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail\/[a-z0-9-]+\/(?:\d+\/)*\d{12}_CloudTrail_[^/]+\.json\.gz$/;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Decides whether a folder of a bucket needs to be looked into for the calls of a span. Anything that is not laid out
 * as CloudTrail lays out its keys is wanted.
 * @param folder the key up to and with its last `/`
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
 */
export function judgeFolder(folder: string, span: Span): KeyVerdict {
  const service = SERVICE_FOLDER.exec(folder)?.[1];
  if (service !== undefined && service !== 'CloudTrail') return 'elsewhere';
  if (SISTER_FOLDER.test(folder)) return 'elsewhere';
  const delivered = readFolderDate(folder);
  return delivered === undefined ? 'wanted' : compareTimes(delivered, span);
}

/**
 * Decides by its key alone whether an object needs to be read for the calls of a span. Whether it is a log at all is
 * not decided here.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 */
export function judgeKey(key: string, span: Span): KeyVerdict {
  if (SISTER_FILE.test(key)) return 'elsewhere';
  const parts = LOG_FILE.exec(key);
  if (parts === null) return 'wanted';
  const [year, month, day, hour, minute] = parts.slice(1).map(Number);
  const startMs = readDay(year, month, day);
  if (startMs === undefined || hour === undefined || minute === undefined) return 'wanted';
  const sinceMs = startMs + (hour * 60 + minute) * MINUTE_MS;
  return compareTimes({ sinceMs, untilMs: sinceMs + MINUTE_MS }, span);
}

/**
 * The account whose records a log file holds, by the key that CloudTrail gave it; `undefined` for every other object:
 * digests, Insights, logs of other services, and what anybody else put there.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
 */
export function readLogAccount(key: string): string | undefined {
  return DELIVERED_FILE.exec(key)?.[1];
}

/** When the files of a folder were delivered: in a year, a month or a day; undefined where its key does not say. */
function readFolderDate(folder: string): Span | undefined {
  const parts = DATED_FOLDER.exec(folder);
  if (parts === null) return undefined;
  const [year, month, day] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (year === undefined) return undefined;
  if (month === undefined) return { sinceMs: Date.UTC(year, 0), untilMs: Date.UTC(year + 1, 0) };
  const sinceMs = readDay(year, month, day ?? 1);
  if (sinceMs === undefined) return undefined;
  return { sinceMs, untilMs: day === undefined ? Date.UTC(year, month) : sinceMs + DAY_MS };
}

/** Midnight of a date, undefined where there is no such date: then it is none of CloudTrail's. */
function readDay(
  year: number | undefined,
  month: number | undefined,
  day: number | undefined,
): number | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

function compareTimes(delivered: Span, span: Span): KeyVerdict {
  if (delivered.untilMs + EARLY_MARGIN_MS <= span.sinceMs) return 'otherTime';
  return delivered.sinceMs >= span.untilMs + LATE_MARGIN_MS ? 'otherTime' : 'wanted';
}
