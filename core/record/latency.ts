import { parseEventTime } from './event-time.ts';

/** What took longer was not late but replayed, or has a clock that is wrong. */
const LONGEST_MS = 86_400_000;

/**
 * Milliseconds from a record's `eventTime` to an instant; null where they say nothing: no time that can be read, one
 * that lies ahead, or one more than a day back. CloudTrail writes whole seconds, cut and not rounded, so that the
 * answer is up to one second too long, never too short.
 */
export function measureLatency(eventTime: string | null, atMs: number): number | null {
  const latencyMs = atMs - parseEventTime(eventTime);
  return latencyMs >= 0 && latencyMs <= LONGEST_MS ? latencyMs : null;
}
