import { findPartition } from '../arn.ts';
import type { Caller, RoleCaller } from '../caller/caller.ts';
import { type Guard, HEARTBEAT_NAME, HEARTBEAT_TARGET_NAME, nameGuardRole } from '../guard.ts';
import type { Verdict } from '../verdict/decision.ts';
import { isOwnHeartbeat } from './own-call.ts';

/**
 * How long the record of a call may take to come back as a verdict. CloudTrail delivers within about five minutes on
 * average and promises nothing; fifteen are common, and the queue and a retry take the rest.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
 */
const BEAT_DEADLINE_MS = 20 * 60_000;

/** A new trail is blind for minutes, so what is lost within the first hour, before anything was ever seen, is not told. */
const FIRST_HOUR_MS = 60 * 60_000;

/** One call of the target; `requestID` is Lambda's, and stands in the call's record. */
export interface Beat {
  readonly requestID: string;
  readonly sentMs: number;
}

/** Where a beat came back, and what the core said about its record. */
export interface BeatSighting {
  readonly verdict: Verdict;
  readonly seenMs: number;
}

/** What came back of a beat, by either path; null where nothing did so far. */
export interface BeatSightings {
  readonly live: BeatSighting | null;
  readonly sweep: BeatSighting | null;
}

/** How far a lost beat came. */
export type BeatTrace =
  | { readonly kind: 'nowhere' }
  /** The log files have its record, and EventBridge did not bring it. */
  | { readonly kind: 'sweepOnly' }
  /** Its record was judged, and otherwise than a call by a caller on no list. */
  | { readonly kind: 'misjudged'; readonly verdict: Verdict };

/** What became of a beat. */
export type BeatState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'arrived'; readonly seenMs: number }
  /** Not seen, and sent while the trail was new. */
  | { readonly kind: 'excused' }
  | { readonly kind: 'lost'; readonly trace: BeatTrace };

/** What is known of the chain when a beat is judged. */
export interface ChainAge {
  /** When the heartbeat ran for the first time. */
  readonly startedMs: number;
  /** Whether a beat has ever arrived. */
  readonly proven: 'never' | 'once';
}

/** Decides what became of a beat: it has to come back by the live path, judged `unauthorized`, within its deadline. */
export function judgeBeat(
  { sentMs }: Beat,
  { live, sweep }: BeatSightings,
  nowMs: number,
  { startedMs, proven }: ChainAge,
): BeatState {
  for (const sighting of [live, sweep]) {
    if (sighting !== null && sighting.verdict !== 'unauthorized') {
      return { kind: 'lost', trace: { kind: 'misjudged', verdict: sighting.verdict } };
    }
  }
  if (live !== null) return { kind: 'arrived', seenMs: live.seenMs };
  if (nowMs - sentMs < BEAT_DEADLINE_MS) return { kind: 'waiting' };
  if (proven === 'never' && sentMs - startedMs < FIRST_HOUR_MS) return { kind: 'excused' };
  return { kind: 'lost', trace: sweep === null ? { kind: 'nowhere' } : { kind: 'sweepOnly' } };
}

/** The function that the heartbeat of a guard calls. */
export function nameHeartbeatTarget({ account, region }: Guard): string {
  return `arn:${findPartition(region)}:lambda:${region}:${account}:function:${HEARTBEAT_TARGET_NAME}`;
}

/** The heartbeat as a caller. */
export function nameHeartbeatCaller({ account, region }: Guard): RoleCaller {
  const role = nameGuardRole(HEARTBEAT_NAME, region);
  return { kind: 'role', roleArn: `arn:${findPartition(region)}:iam::${account}:role/${role}` };
}

/**
 * Tells the heartbeat's own calls from everybody else's: exactly its role, with no service in between, and exactly its
 * target. Whether such a call is a beat, its requestID says.
 */
export function isHeartbeatCall(functionArn: string | null, caller: Caller, guard: Guard): boolean {
  return functionArn === nameHeartbeatTarget(guard) && isOwnHeartbeat(functionArn, caller);
}
