import { type AlertSubject, composeAlert } from '../core/alert/alert.ts';
import { addLimits } from '../core/alert/limits.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { type Allowlist, type FunctionEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import { type Caller, identifyCaller } from '../core/caller/caller.ts';
import { composeCallerKey } from '../core/caller/description.ts';
import type { Guard } from '../core/guard.ts';
import type { ContainmentScope } from '../core/plan/containment-plan.ts';
import { parseFunctionArn } from '../core/record/function-reference.ts';
import { type LambdaInvocation, parseInvocation, type SkipReason } from '../core/record/invocation.ts';
import { type CallLatency, measureCallLatency } from '../core/record/latency.ts';
import { placeInvocation } from '../core/record/placement.ts';
import { type Decision, decideInvocation, type Verdict } from '../core/verdict/decision.ts';
import { type ChangeHistory, findGranter } from './access-history.ts';
import { type AlertingPorts, type AlertSending, sendAlert } from './alerting.ts';
import { type ContainmentPorts, containTarget } from './containment.ts';
import { type DealtWith, dealOnce, recallDealing } from './dealing-once.ts';
import { PermanentError, RetryableError } from './errors.ts';
import { type BeatPorts, type HeartbeatSighting, markHeartbeat } from './heartbeat.ts';
import { holdAgainstHistory } from './history.ts';
import { disableMapping, type MappingPorts, resolveMapping } from './mapping.ts';
import { findPolicyOwner } from './policy-owner.ts';
import type { ConvergenceQueue, FunctionTags, RecordPath, Sightings } from './ports.ts';

/** Everything the remediation of one record acts on. */
export interface RemediationPorts
  extends ContainmentPorts,
    MappingPorts,
    BeatPorts,
    Pick<AlertingPorts, 'alerts' | 'alertBook'> {
  readonly changeHistory: ChangeHistory;
  readonly convergence: ConvergenceQueue;
  readonly tags: FunctionTags;
  readonly sightings: Sightings;
}

/** One delivery of one record. */
export interface Delivery {
  /** The record, or the EventBridge event around it. */
  readonly input: unknown;
  /** Stands in for an eventID where the record has none: the message's own id. */
  readonly messageId: string;
  /** How often this message has been delivered, from 1. */
  readonly deliveryCount: number;
  readonly path: RecordPath;
}

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

/** From this delivery on, a containment that cannot be finished is alerted, and tried again all the same. */
const DELAY_ALERT_DELIVERY = 3;

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
  const parsed = parseInvocation(delivery.input);
  if (parsed.kind === 'rejected') return parsed;
  if (parsed.kind === 'skipped') return { kind: 'skipped', reason: parsed.reason };
  const placement = placeInvocation(parsed, guard);
  if (placement.kind === 'foreign') return { kind: 'skipped', reason: placement.reason };
  const caller = identifyCaller(parsed);
  const mappings = await resolveMapping(caller, parsed.functionArn, allowlist, ports);
  const decision = decideInvocation(parsed, caller, allowlist, mappings);
  const judgedMs = ports.clock.nowMs();
  const { input, path } = delivery;
  const heartbeat = await markHeartbeat({ input, path, invocation: parsed, caller, decision }, guard, ports);
  if (heartbeat !== undefined) return heartbeat;
  const { verdict } = decision;
  if (verdict === 'authorized' || verdict === 'unguarded') return { kind: 'passed', verdict };
  const call: Call = { delivery, invocation: parsed, caller, decision, verdict, judgedMs };
  const known = await recallDealing(parsed.eventID, path, ports);
  if (known.kind === 'dealtWith') return known;
  try {
    const outcome = await respond(call, allowlist, guard, ports);
    const respondedMs = ports.clock.nowMs();
    const found = { guard, invocation: parsed, caller, decision, outcome };
    return await settleCall(found, call, respondedMs, ports);
  } catch (error) {
    if (error instanceof RetryableError && delivery.deliveryCount >= DELAY_ALERT_DELIVERY) {
      const outcome: Outcome = { kind: 'delayed', reason: error.message };
      await alertCall({ guard, invocation: parsed, caller, decision, outcome }, call, ports);
    }
    throw error;
  }
}

/** One call that is not authorized, on its way through. */
interface Call {
  readonly delivery: Delivery;
  readonly invocation: LambdaInvocation;
  readonly caller: Caller;
  readonly decision: Decision;
  readonly verdict: Verdict;
  readonly judgedMs: number;
}

function nameEvent(call: Call): string {
  return call.invocation.eventID ?? `message-${call.delivery.messageId}`;
}

/** Decides what may be done about a call, and does it. When in doubt: nothing. */
async function respond(
  call: Call,
  allowlist: Allowlist,
  guard: Guard,
  ports: RemediationPorts,
): Promise<Outcome> {
  const { invocation, caller, decision } = call;
  const { guarded } = decision;
  // CloudTrail's own ARN is judged however odd it is; a policy is looked for only where such a function can exist.
  const named = parseFunctionArn(invocation.functionArn ?? '');
  if (call.verdict !== 'unauthorized' || guarded === null || named === undefined) {
    return {
      kind: 'notAttempted',
      reason: 'the record leaves open who called or what; a person has to look',
    };
  }
  if (guarded.mode === 'observe') return { kind: 'observed' };
  if (invocation.errorCode !== null) {
    return { kind: 'notAttempted', reason: 'the call failed by itself, so nobody got in' };
  }
  try {
    return caller.kind === 'eventSourceMapping'
      ? await disableMapping(caller.mappingArn, ports)
      : await contain(call, named.functionArn, guarded, allowlist, guard, ports);
  } catch (error) {
    if (error instanceof PermanentError) return { kind: 'refused', reason: error.message, notStopped: [] };
    throw error;
  }
}

async function contain(
  call: Call,
  functionArn: string,
  guarded: FunctionEntry,
  allowlist: Allowlist,
  guard: Guard,
  ports: RemediationPorts,
): Promise<Outcome> {
  const target = { functionArn, qualifier: call.invocation.qualifier };
  const request = {
    eventID: nameEvent(call),
    target,
    entries: listInvokers(allowlist, guarded),
    scope: chooseScope(guarded, call.caller),
    offender: call.caller,
    from: 'standing',
  } as const;
  const outcome = addLimits(await containTarget(request, guard, ports));
  return holdAgainstHistory(outcome, call.invocation.eventTime, target, ports.ledger);
}

function chooseScope(guarded: FunctionEntry, offender: Caller): ContainmentScope {
  return guarded.scope === 'offender' ? { kind: 'offender', offender } : { kind: 'allowlist' };
}

/**
 * Alerts, and hands the function's other policies on, once for each event whichever path it came by. Nothing of this
 * stands before the containment, which is idempotent by itself.
 */
async function settleCall(
  found: AlertSubject,
  call: Call,
  respondedMs: number,
  ports: RemediationPorts,
): Promise<Remediation> {
  const { eventID, eventTime } = call.invocation;
  const { path } = call.delivery;
  return dealOnce(eventID, path, ports, async () => {
    const { about, alert } = await alertAndHandOn(found, call, ports);
    const containedMs = found.outcome.kind === 'contained' ? respondedMs : null;
    const latency = measureCallLatency(path, eventTime, { judgedMs: call.judgedMs, containedMs });
    return { kind: 'alerted', about, alert, latency };
  });
}

/** The other policies wait for no alert, whose search for the granter may take seconds; and no alert waits for them. */
async function alertAndHandOn(
  found: AlertSubject,
  call: Call,
  ports: RemediationPorts,
): Promise<{ readonly about: AlertSubject; readonly alert: AlertSending }> {
  const handingOn = requestConvergence(found, call, ports);
  const [alerted, handedOn] = await Promise.allSettled([alertCall(found, call, ports), handingOn]);
  if (alerted.status === 'rejected') throw alerted.reason;
  if (handedOn.status === 'rejected') throw handedOn.reason;
  return alerted.value;
}

/**
 * Alerts unless the same violation was alerted within the ledger's window; a crash in between alerts again.
 * A policy that was changed is always alerted; calls of the same caller that were on their way meanwhile are not.
 */
async function alertCall(
  found: AlertSubject,
  call: Call,
  ports: RemediationPorts,
): Promise<{ readonly about: AlertSubject; readonly alert: AlertSending }> {
  const eventID = nameEvent(call);
  const { outcome } = found;
  const state = outcome.kind === 'contained' ? `contained ${outcome.containmentId}` : outcome.kind;
  let about = found;
  const compose = async () => {
    about = await addBackground(found, ports);
    return composeAlert(about);
  };
  const group = { functionArn: call.invocation.functionArn, caller: call.caller };
  const alert = await sendAlert({ key: composeViolationKey(call, state), eventID, group, compose }, ports);
  if (alert !== 'repeated' && outcome.kind === 'contained') {
    const later = composeViolationKey(call, 'alreadyContained');
    await ports.ledger.claimAlert(later, eventID, ports.clock.nowMs());
    await ports.ledger.confirmAlert(later, eventID);
  }
  return { about, alert };
}

/** The other versions and aliases have policies of their own. The job is the same however often it is asked for. */
async function requestConvergence(
  { outcome }: AlertSubject,
  call: Call,
  ports: RemediationPorts,
): Promise<void> {
  const { functionArn } = call.invocation;
  if (outcome.kind !== 'contained' || functionArn === null) return;
  const offender = call.caller;
  await ports.convergence.requestConvergence({
    kind: 'function',
    functionArn,
    runID: nameEvent(call),
    offender,
  });
}

/** What people want to know beside what was done: none of it is asked for before that is done. */
async function addBackground(about: AlertSubject, ports: RemediationPorts): Promise<AlertSubject> {
  const [owner, granter] = await Promise.all([addPolicyOwner(about, ports.tags), addGranter(about, ports)]);
  return { ...about, ...owner, ...granter };
}

/** Only a policy that was rewritten can be overwritten by whoever owns it. */
async function addPolicyOwner(
  { invocation, outcome }: AlertSubject,
  tags: FunctionTags,
): Promise<Pick<AlertSubject, 'owner'>> {
  const { functionArn } = invocation;
  if (outcome.kind !== 'contained' || functionArn === null) return {};
  return { owner: await findPolicyOwner(functionArn, tags) };
}

/** Nobody let in a caller that did not get in; and as long as a containment is not done, nothing else is. */
async function addGranter(
  { invocation, caller, decision, outcome }: AlertSubject,
  { changeHistory, clock }: Pick<RemediationPorts, 'changeHistory' | 'clock'>,
): Promise<Pick<AlertSubject, 'granter'>> {
  if (decision.verdict !== 'unauthorized' || outcome.kind === 'delayed') return {};
  const removed = outcome.kind === 'contained' ? outcome.removed : [];
  const granter = await findGranter({ invocation, caller, removed }, changeHistory, clock);
  return granter === undefined ? {} : { granter };
}

function composeViolationKey({ invocation, caller, verdict }: Call, state: string): string {
  const arn = invocation.functionArn ?? 'unknown';
  return [verdict, arn, invocation.qualifier ?? '', composeCallerKey(caller), state].join('|');
}
