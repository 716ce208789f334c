import type { AlertSubject } from '../core/alert/alert.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { identifyCaller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import { parseInvocation, type SkipReason } from '../core/record/invocation.ts';
import { type CallLatency, measureCallLatency } from '../core/record/latency.ts';
import { placeInvocation } from '../core/record/placement.ts';
import { decideInvocation } from '../core/verdict/decision.ts';
import type { AlertSending } from './alerting.ts';
import { answerCall, type FoundCall } from './call-answer.ts';
import { type CallTellingPorts, tellCall } from './call-telling.ts';
import type { ContainmentPorts } from './containment.ts';
import { type DealtWith, dealOnce, recallDealing } from './dealing-once.ts';
import { type Delivery, findDelay, nameEvent } from './delivery.ts';
import { awaitBoth, handOn } from './handing-on.ts';
import { type BeatPorts, type HeartbeatSighting, markHeartbeat } from './heartbeat.ts';
import { type MappingPorts, resolveMapping } from './mapping.ts';
import type { ConvergenceQueue, Sightings } from './ports.ts';

/** Everything the remediation of one record acts on. */
export type RemediationPorts = ContainmentPorts &
  MappingPorts &
  BeatPorts &
  CallTellingPorts & { readonly convergence: ConvergenceQueue; readonly sightings: Sightings };

/** What became of one delivery. */
export type Remediation =
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'passed'; readonly verdict: 'authorized' | 'unguarded' }
  | {
      readonly kind: 'alerted';
      readonly about: AlertSubject;
      readonly alert: AlertSending;
      readonly latency: CallLatency;
    }
  | HeartbeatSighting
  | DealtWith;

/**
 * Takes one record from CloudTrail to containment: parse, identify, decide, contain, alert. The only place that names
 * all five steps.
 *
 * Returns normally when the record is dealt with; throws `RetryableError` (or whatever it did not expect) when the
 * same delivery should be tried again.
 */
export async function remediateRecord(
  delivery: Delivery,
  allowlist: Allowlist,
  guard: Guard,
  ports: RemediationPorts,
): Promise<Remediation> {
  const invocation = parseInvocation(delivery.input);
  if (invocation.kind === 'rejected') return invocation;
  if (invocation.kind === 'skipped') return { kind: 'skipped', reason: invocation.reason };
  const placement = placeInvocation(invocation, guard);
  if (placement.kind === 'foreign') return { kind: 'skipped', reason: placement.reason };
  const caller = identifyCaller(invocation);
  const mappings = await resolveMapping(caller, invocation.functionArn, allowlist, ports);
  const decision = decideInvocation(invocation, caller, allowlist, mappings);
  const judgedMs = ports.clock.nowMs();
  const { input, path } = delivery;
  const heartbeat = await markHeartbeat({ input, path, invocation, caller, decision }, guard, ports);
  if (heartbeat !== undefined) return heartbeat;
  const { verdict } = decision;
  if (verdict === 'authorized' || verdict === 'unguarded') return { kind: 'passed', verdict };
  const known = await recallDealing(invocation.eventID, path, ports);
  if (known.kind === 'dealtWith') return known;
  const eventID = nameEvent(invocation.eventID, delivery);
  const call: FoundCall = { invocation, caller, decision, eventID };
  try {
    const outcome = await answerCall(call, allowlist, guard, ports);
    const answered = { delivery, judgedMs, answeredMs: ports.clock.nowMs() };
    return await settleCall({ guard, invocation, caller, decision, outcome }, eventID, answered, ports);
  } catch (error) {
    const outcome = findDelay(error, delivery);
    if (outcome !== undefined) {
      await tellCall({ guard, invocation, caller, decision, outcome }, eventID, ports);
    }
    throw error;
  }
}

/** When a call was judged and answered, in epoch milliseconds. */
interface Answered {
  readonly delivery: Delivery;
  readonly judgedMs: number;
  readonly answeredMs: number;
}

/**
 * Alerts, and hands the function's other policies on, once for each event whichever path it came by. Nothing of this
 * stands before the containment, which is idempotent by itself.
 */
async function settleCall(
  found: AlertSubject,
  eventID: string,
  { delivery, judgedMs, answeredMs }: Answered,
  ports: RemediationPorts,
): Promise<Remediation> {
  const { invocation, caller, outcome } = found;
  const { functionArn, eventTime } = invocation;
  const { path } = delivery;
  return dealOnce(invocation.eventID, path, ports, async () => {
    const open = outcome.kind === 'contained' && functionArn !== null ? [functionArn] : [];
    const handingOn = handOn(open, eventID, caller, ports);
    const { about, alert } = await awaitBoth(tellCall(found, eventID, ports), handingOn);
    const containedMs = outcome.kind === 'contained' ? answeredMs : null;
    const latency = measureCallLatency(path, eventTime, { judgedMs, containedMs });
    return { kind: 'alerted', about, alert, latency };
  });
}
