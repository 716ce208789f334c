import { composeHeartbeatAlert, type HeartbeatSubject } from '../core/alert/heartbeat-alert.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { Guard } from '../core/guard.ts';
import type { Beat, BeatTrace } from '../core/heartbeat/beat.ts';
import { type BrokenLink, type CallFailure, findBrokenLink } from '../core/heartbeat/broken-link.ts';
import type { ChainParts } from '../core/heartbeat/chain-parts.ts';
import { foreseeVerdict } from '../core/heartbeat/foreseen-verdict.ts';
import { type AlertSending, sendAlert } from './alerting.ts';
import { findRecovery, type JudgedBeat, judgeOpenBeats, type Recovery } from './heartbeat-check.ts';
import type { ChainMemory, HeartbeatPorts, Outage, TargetCall } from './heartbeat-ports.ts';

/** What one run of the heartbeat did. */
export interface HeartbeatRun {
  readonly parts: ChainParts;
  readonly call: TargetCall['kind'];
  /** Beats that were found lost, one that could not be sent among them, each with the link that broke. */
  readonly lost: readonly BrokenLink[];
  readonly recovery: 'recovered' | 'none';
}

/** Beats of an outage that are still looked for: those of an hour. */
const WATCHED_LOST = 4;

/**
 * One run: looks what became of earlier beats and tells of lost ones and of recovery, then sends the next one. A crash
 * in between does the same again.
 * @param runID names the run, the same when it is tried again
 */
export async function runHeartbeat(
  runID: string,
  allowlist: Allowlist,
  guard: Guard,
  ports: HeartbeatPorts,
): Promise<HeartbeatRun> {
  const { heartbeats, clock } = ports;
  const memory = (await heartbeats.readMemory()) ?? beginMemory(clock.nowMs());
  const parts = await ports.chain.readParts();
  const judged = await judgeOpenBeats(memory, ports);
  const recovery = await findRecovery(judged, memory, ports);
  if (recovery !== undefined && memory.outage !== null) {
    await tellRecovery(recovery, memory.outage, guard, ports);
  }
  const { call, sentMs } = await sendBeat(ports);
  const foreseen = foreseeVerdict(allowlist, guard);
  const failures = listFailures(judged, call).map(({ beat, trace }) => ({
    beat,
    link: findBrokenLink(trace, parts, foreseen),
  }));
  let outage = recovery === undefined ? memory.outage : null;
  for (const { beat, link } of failures) {
    const sending = await tell({ kind: 'lost', guard, link, beat }, `heartbeat|${link.kind}`, runID, ports);
    outage = extendOutage(outage, beat, link, sending, clock.nowMs());
  }
  const sent = call.kind === 'answered' ? [{ requestID: call.requestID, sentMs }] : [];
  const waiting = judged.flatMap(({ beat, state }) => (state.kind === 'waiting' ? [beat] : []));
  const arrived = judged.some(({ state }) => state.kind === 'arrived') || recovery !== undefined;
  await heartbeats.writeMemory({
    startedMs: memory.startedMs,
    proven: arrived ? 'once' : memory.proven,
    open: [...waiting, ...sent],
    outage,
  });
  const lost = failures.map(({ link }) => link);
  return { parts, call: call.kind, lost, recovery: recovery === undefined ? 'none' : 'recovered' };
}

function beginMemory(nowMs: number): ChainMemory {
  return { startedMs: nowMs, proven: 'never', open: [], outage: null };
}

/** Of an outage that nobody heard of nobody has to hear the end. */
async function tellRecovery(
  recovery: Recovery,
  { link, sinceMs, told }: Outage,
  guard: Guard,
  ports: HeartbeatPorts,
): Promise<void> {
  if (told === 'untold') return;
  const about = { kind: 'recovered', guard, link, brokenSinceMs: sinceMs, ...recovery } as const;
  await tell(about, `heartbeat|recovered|${sinceMs}`, recovery.beat.requestID, ports);
}

/** Stored as soon as it is known, whether or not the call came to anything: its record will come. */
async function sendBeat({
  heartbeats,
  target,
  clock,
}: HeartbeatPorts): Promise<{ readonly call: TargetCall; readonly sentMs: number }> {
  const sentMs = clock.nowMs();
  const call = await target.callTarget();
  if (call.requestID !== null) await heartbeats.storeBeat({ requestID: call.requestID, sentMs });
  return { call, sentMs };
}

interface Failure {
  readonly beat: Beat | null;
  readonly trace: BeatTrace | CallFailure;
}

function listFailures(judged: readonly JudgedBeat[], call: TargetCall): readonly Failure[] {
  const lost = judged.flatMap(({ beat, state }) =>
    state.kind === 'lost' ? [{ beat, trace: state.trace }] : [],
  );
  if (call.kind === 'answered') return lost;
  return [...lost, { beat: null, trace: { kind: 'notSent', reason: call.reason } }];
}

function extendOutage(
  outage: Outage | null,
  beat: Beat | null,
  link: BrokenLink,
  sending: AlertSending,
  nowMs: number,
): Outage {
  return {
    link: link.kind,
    sinceMs: outage?.sinceMs ?? beat?.sentMs ?? nowMs,
    told: sending === 'repeated' ? (outage?.told ?? 'untold') : 'told',
    lost: [...(outage?.lost ?? []), ...(beat === null ? [] : [beat])].slice(-WATCHED_LOST),
  };
}

async function tell(
  about: HeartbeatSubject,
  key: string,
  eventID: string,
  ports: HeartbeatPorts,
): Promise<AlertSending> {
  return sendAlert(
    { key, eventID, group: 'guard', compose: async () => composeHeartbeatAlert(about) },
    ports,
  );
}
