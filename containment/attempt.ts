import type { Outcome } from '../core/alert/outcome.ts';
import { PermanentError } from './errors.ts';

/** Nothing is done, and why. */
export function leave(reason: string): Outcome {
  return { kind: 'notAttempted', reason };
}

/** Tries to contain: a fault that stays is an outcome that is told, one that may pass is thrown. */
export async function tryTo(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PermanentError) return { kind: 'refused', reason: error.message, notStopped: [] };
    throw error;
  }
}
