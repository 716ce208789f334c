import type { Caller } from '../core/caller/caller.ts';
import type { ConvergenceQueue } from './ports.ts';

/**
 * Hands functions to the converging function, because their versions and aliases have policies of their own. The job is
 * the same however often it is asked for.
 * @param offender who got in; null where nobody has yet
 */
export async function handOn(
  functionArns: readonly string[],
  runID: string,
  offender: Caller | null,
  { convergence }: { readonly convergence: ConvergenceQueue },
): Promise<void> {
  for (const functionArn of new Set(functionArns)) {
    await convergence.requestConvergence({ kind: 'function', functionArn, runID, offender });
  }
}

/**
 * Waits for an alert and for what is handed on: the other policies wait for no alert, whose search for the granter may
 * take seconds, and no alert waits for them. Throws what either threw, once both have ended.
 */
export async function awaitBoth<T>(telling: Promise<T>, handingOn: Promise<void>): Promise<T> {
  const [told, handedOn] = await Promise.allSettled([telling, handingOn]);
  if (told.status === 'rejected') throw told.reason;
  if (handedOn.status === 'rejected') throw handedOn.reason;
  return told.value;
}
