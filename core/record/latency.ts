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

/** Milliseconds from a call to its verdict, and to the policy that shuts its caller out; null where they say nothing. */
export interface CallLatency {
  readonly verdictMs: number | null;
  readonly containmentMs: number | null;
}

/** When a call was dealt with, in epoch milliseconds. */
export interface CallInstants {
  readonly judgedMs: number;
  /** When the rewritten policy had been read back; null where none was rewritten. */
  readonly containedMs: number | null;
}

/** Measures how long a call took that came by the live path; the sweep is late by design and says nothing. */
export function measureCallLatency(
  path: 'live' | 'sweep',
  eventTime: string | null,
  { judgedMs, containedMs }: CallInstants,
): CallLatency {
  if (path === 'sweep') return { verdictMs: null, containmentMs: null };
  return {
    verdictMs: measureLatency(eventTime, judgedMs),
    containmentMs: containedMs === null ? null : measureLatency(eventTime, containedMs),
  };
}
