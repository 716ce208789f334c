import { type Beat, type BeatState, judgeBeat } from '../core/heartbeat/beat.ts';
import type { ChainMemory, HeartbeatPorts } from './heartbeat-ports.ts';

/** A beat and what became of it. */
export interface JudgedBeat {
  readonly beat: Beat;
  readonly state: BeatState;
}

/** Looks up what came back of each beat that is open, and judges it. */
export async function judgeOpenBeats(
  memory: ChainMemory,
  { heartbeats, clock }: Pick<HeartbeatPorts, 'heartbeats' | 'clock'>,
): Promise<readonly JudgedBeat[]> {
  const judged: JudgedBeat[] = [];
  for (const beat of memory.open) {
    const sightings = await heartbeats.readSightings(beat.requestID);
    judged.push({ beat, state: judgeBeat(beat, sightings, clock.nowMs(), memory) });
  }
  return judged;
}

/** A beat that shows that the chain holds again after an outage. */
export interface Recovery {
  readonly beat: Beat;
  readonly seenMs: number;
  /** `late` where it had been called lost. */
  readonly arrival: 'late' | 'inTime';
}

/** Finds a later beat that arrived, or else one that was called lost and came after all. */
export async function findRecovery(
  judged: readonly JudgedBeat[],
  { outage }: ChainMemory,
  { heartbeats }: Pick<HeartbeatPorts, 'heartbeats'>,
): Promise<Recovery | undefined> {
  if (outage === null) return undefined;
  for (const { beat, state } of judged) {
    if (state.kind === 'arrived') return { beat, seenMs: state.seenMs, arrival: 'inTime' };
  }
  for (const beat of outage.lost) {
    const { live } = await heartbeats.readSightings(beat.requestID);
    if (live?.verdict === 'unauthorized') return { beat, seenMs: live.seenMs, arrival: 'late' };
  }
  return undefined;
}
