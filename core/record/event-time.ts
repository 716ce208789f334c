const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The instant of a record's `eventTime` in epoch milliseconds; NaN where there is none that can be read. A time without
 * a zone says nothing certain: read as local time it would be another one on another machine.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function parseEventTime(eventTime: string | null): number {
  return eventTime !== null && ZONED.test(eventTime) ? Date.parse(eventTime) : Number.NaN;
}
