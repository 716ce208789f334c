import type { Outcome } from '../core/alert/outcome.ts';
import { parseEventTime } from '../core/record/event-time.ts';
import type { Ledger, PolicyTarget } from './ports.ts';

/**
 * How long after a rewrite a call may still get in: policy changes reach every host of Lambda within a minute or so,
 * and AWS promises no number.
 */
const SETTLING_MS = 5 * 60_000;

/**
 * Tells a call that was on its way when the policy was rewritten from one that got in although it had been rewritten
 * minutes before: the first is a repetition, the second means that the rewrite does not hold.
 */
export async function holdAgainstHistory(
  outcome: Outcome,
  eventTime: string | null,
  target: PolicyTarget,
  ledger: Pick<Ledger, 'listContainments'>,
): Promise<Outcome> {
  if (outcome.kind !== 'alreadyContained' || eventTime === null) return outcome;
  const containments = await ledger.listContainments(target);
  const latest = containments.find((containment) => containment.state === 'settled');
  if (latest === undefined) return outcome;
  const containedTime = latest.snapshot.storedTime;
  const gotInAfter = parseEventTime(eventTime) > Date.parse(containedTime) + SETTLING_MS;
  return gotInAfter ? { kind: 'ineffective', containedTime, notStopped: outcome.notStopped } : outcome;
}
