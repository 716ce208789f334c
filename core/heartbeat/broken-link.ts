import type { Verdict } from '../verdict/decision.ts';
import type { BeatTrace } from './beat.ts';
import type { ChainParts, RuleFault } from './chain-parts.ts';

/** The first link of the chain that does not hold, as far as it can be told. */
export type BrokenLink =
  /** The target was not called at all. */
  | { readonly kind: 'call'; readonly reason: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'trail'; readonly fault: 'missing' | 'stopped' }
  /** The trail does not log the calls of the target. */
  | { readonly kind: 'selectors' }
  | { readonly kind: 'trailDelivery'; readonly error: string }
  | { readonly kind: 'rules'; readonly faults: readonly RuleFault[] }
  /** Records wait, or were given up: the function that judges them, its trigger or its rights. */
  | { readonly kind: 'remediator'; readonly waiting: number; readonly deadLetters: number }
  /** The log files have the record, and EventBridge did not bring it. */
  | { readonly kind: 'eventDelivery' }
  /** Nothing that can be looked at is broken. */
  | { readonly kind: 'unknown'; readonly unreadable: readonly string[] };

/** A beat that was not even sent. */
export interface CallFailure {
  readonly kind: 'notSent';
  readonly reason: string;
}

/**
 * Decides which link broke, in the order of the chain: the first one that is seen to be broken counts. A beat that
 * came into the log files clears the trail.
 * @param foreseen what the core says of such a call with the allowlist that is deployed
 */
export function findBrokenLink(
  trace: BeatTrace | CallFailure,
  { trail, rules, queues }: ChainParts,
  foreseen: Verdict,
): BrokenLink {
  if (trace.kind === 'notSent') return { kind: 'call', reason: trace.reason };
  if (trace.kind === 'misjudged') return { kind: 'verdict', verdict: trace.verdict };
  // In doubt the record would have come, and be judged by itself.
  if (foreseen === 'authorized' || foreseen === 'unguarded') return { kind: 'verdict', verdict: foreseen };
  if (trace.kind === 'nowhere') {
    if (trail.kind === 'missing') return { kind: 'trail', fault: 'missing' };
    if (trail.kind === 'read' && trail.logging === 'off') return { kind: 'trail', fault: 'stopped' };
    if (trail.kind === 'read' && trail.target === 'notLogged') return { kind: 'selectors' };
  }
  if (rules.kind === 'read' && rules.faults.length > 0) return { kind: 'rules', faults: rules.faults };
  if (queues.kind === 'read' && queues.waiting + queues.deadLetters > 0) {
    return { kind: 'remediator', waiting: queues.waiting, deadLetters: queues.deadLetters };
  }
  if (trace.kind === 'sweepOnly') return { kind: 'eventDelivery' };
  // Files and events are delivered apart, so that this is a hint and no more.
  if (trail.kind === 'read' && trail.deliveryError !== null) {
    return { kind: 'trailDelivery', error: trail.deliveryError };
  }
  const parts = { 'the trail': trail, 'the rules': rules, 'the queues': queues };
  const unreadable = Object.entries(parts).flatMap(([name, part]) =>
    part.kind === 'unreadable' ? [`${name}: ${part.reason}`] : [],
  );
  return { kind: 'unknown', unreadable };
}
