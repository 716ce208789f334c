import { RetryableError } from './errors.ts';
import type { Clock } from './ports.ts';

/**
 * Lambda's control plane grants 15 requests a second for the whole account, deployments included. One policy takes
 * about three of them, so the guard starts at a pace that leaves two thirds to everybody else.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const START_MS = 600;
const LONGEST_MS = 10_000;
const ATTEMPTS = 6;

/** Runs work item after item at a pace that gives way when the control plane throttles. */
export interface Pacer {
  /** Runs one item; retries it, slower, while it ends in a `RetryableError`. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Builds a pacer: the pause doubles with every throttled item and shrinks by a tenth with every one that passes. */
export function buildPacer(clock: Clock): Pacer {
  let pauseMs = START_MS;
  return {
    async run(work) {
      for (let attempt = 1; ; attempt += 1) {
        await clock.sleep(pauseMs);
        try {
          const result = await work();
          pauseMs = Math.max(START_MS, pauseMs * 0.9);
          return result;
        } catch (error) {
          if (!(error instanceof RetryableError) || attempt >= ATTEMPTS) throw error;
          pauseMs = Math.min(LONGEST_MS, pauseMs * 2);
        }
      }
    },
  };
}
