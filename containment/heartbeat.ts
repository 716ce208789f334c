import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import { isHeartbeatCall } from '../core/heartbeat/beat.ts';
import { readText } from '../core/json.ts';
import { openEnvelope } from '../core/record/envelope.ts';
import type { LambdaInvocation } from '../core/record/invocation.ts';
import { measureCallLatency } from '../core/record/latency.ts';
import type { Decision, Verdict } from '../core/verdict/decision.ts';
import type { BeatMarking, Heartbeats } from './heartbeat-ports.ts';
import type { Clock, RecordPath } from './ports.ts';

/** What marking a beat acts on. */
export interface BeatPorts {
  readonly heartbeats: Pick<Heartbeats, 'markBeat'>;
  readonly clock: Clock;
}

/** A record of the heartbeat's own call came through, and its beat is marked. */
export interface HeartbeatSighting {
  readonly kind: 'heartbeat';
  readonly path: RecordPath;
  readonly verdict: Verdict;
  readonly marking: Exclude<BeatMarking, 'unknown'>;
  /** Milliseconds from the call to the verdict, by the live path; null where they say nothing. */
  readonly latencyMs: number | null;
}

/** A call that was judged, and how it came. */
export interface JudgedCall {
  /** The record, or the event around it. */
  readonly input: unknown;
  readonly path: RecordPath;
  readonly invocation: LambdaInvocation;
  readonly caller: Caller;
  readonly decision: Decision;
}

/**
 * Marks the beat that a judged call is; `undefined` for all other calls. A call by the heartbeat's role that the
 * heartbeat never sent is no beat: somebody else has that role, and the call is a violation like any other.
 */
export async function markHeartbeat(
  { input, path, invocation, caller, decision }: JudgedCall,
  guard: Guard,
  { heartbeats, clock }: BeatPorts,
): Promise<HeartbeatSighting | undefined> {
  if (!isHeartbeatCall(invocation.functionArn, caller, guard)) return undefined;
  const opened = openEnvelope(input);
  const requestID = opened.kind === 'record' ? readText(opened.record, 'requestID') : undefined;
  if (requestID === undefined) return undefined;
  const { eventID, eventTime } = invocation;
  const { verdict } = decision;
  const seenMs = clock.nowMs();
  const marking = await heartbeats.markBeat({ requestID, eventID, path, verdict, seenMs });
  if (marking === 'unknown') return undefined;
  const { verdictMs } = measureCallLatency(path, eventTime, { judgedMs: seenMs, containedMs: null });
  return { kind: 'heartbeat', path, verdict, marking, latencyMs: verdictMs };
}
