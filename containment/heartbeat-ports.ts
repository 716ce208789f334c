import type { Beat, BeatSightings, ChainAge } from '../core/heartbeat/beat.ts';
import type { BrokenLink } from '../core/heartbeat/broken-link.ts';
import type { ChainParts } from '../core/heartbeat/chain-parts.ts';
import type { Verdict } from '../core/verdict/decision.ts';
import type { AlertingPorts } from './alerting.ts';
import type { RecordPath } from './ports.ts';

/** A beat whose record was judged. */
export interface BeatMark {
  readonly requestID: string;
  /** Null where the record has none. */
  readonly eventID: string | null;
  readonly path: RecordPath;
  readonly verdict: Verdict;
  readonly seenMs: number;
}

/** How a mark was taken: a path counts once, and `unknown` is what the heartbeat never sent. */
export type BeatMarking = 'first' | 'repeated' | 'unknown';

/** The chain was called broken. */
export interface Outage {
  readonly link: BrokenLink['kind'];
  readonly sinceMs: number;
  /** Whether people heard of it. */
  readonly told: 'told' | 'untold';
  /** Beats that were called lost, the last few; one may still come. */
  readonly lost: readonly Beat[];
}

/** What the heartbeat remembers from run to run. */
export interface ChainMemory extends ChainAge {
  /** Beats of which nothing is settled yet. */
  readonly open: readonly Beat[];
  readonly outage: Outage | null;
}

/** Remembers beats, and what became of the chain. Throws `RetryableError` where it cannot be reached. */
export interface Heartbeats {
  /** Null before the first run. */
  readMemory(): Promise<ChainMemory | null>;
  writeMemory(memory: ChainMemory): Promise<void>;
  storeBeat(beat: Beat): Promise<void>;
  readSightings(requestID: string): Promise<BeatSightings>;
  markBeat(mark: BeatMark): Promise<BeatMarking>;
}

/** How a call of the target ended. Of one that failed the requestID is told too where Lambda gave one. */
export type TargetCall =
  | { readonly kind: 'answered'; readonly requestID: string }
  | { readonly kind: 'failed'; readonly requestID: string | null; readonly reason: string };

/** The function that does nothing. Never throws for what Lambda answers. */
export interface HeartbeatTarget {
  callTarget(): Promise<TargetCall>;
}

/** Looks at the parts of the chain. What cannot be looked at is a value, too. */
export interface ChainProbe {
  readParts(): Promise<ChainParts>;
}

/** Everything that a run of the heartbeat acts on. */
export interface HeartbeatPorts extends AlertingPorts {
  readonly heartbeats: Heartbeats;
  readonly target: HeartbeatTarget;
  readonly chain: ChainProbe;
}
