import type { Outcome } from './outcome.ts';

/**
 * What no rewrite of one policy stops, whatever it says.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html (accepted events are retried for six hours)
 */
const LIMITS: readonly string[] = [
  'asynchronous calls that Lambda has accepted already still run, retries included, for up to six hours',
  'calls through other versions and aliases of the function, until the alert that follows says that they are guarded',
];

/** Adds to a containment of one policy what it cannot reach; other outcomes are left as they are. */
export function addLimits(outcome: Outcome): Outcome {
  if (outcome.kind !== 'contained') return outcome;
  return { ...outcome, notStopped: [...outcome.notStopped, ...LIMITS] };
}
