import { GUARD_FUNCTION_NAMES, type Guard } from '../guard.ts';
import { parseFunctionName } from './function-reference.ts';
import type { LambdaInvocation, SkipReason } from './invocation.ts';

/** Whether a record is this deployment's to judge. */
export type Placement = { readonly kind: 'ours' } | { readonly kind: 'foreign'; readonly reason: SkipReason };

/**
 * Decides whether a call took place in the guard's own account and Region, and on a function other than the guard's
 * own ones. The function's ARN counts before what the record says of itself: the caller's account gets a copy too.
 *
 * INVARIANT: the guard's own functions are recognized by their exact ARNs; a name prefix would be a way around the guard.
 */
export function placeInvocation(invocation: LambdaInvocation, guard: Guard): Placement {
  const name = parseFunctionName(invocation.functionArn ?? '');
  const account = name?.account ?? invocation.recipientAccountId;
  const region = name?.region ?? invocation.awsRegion;
  if (account !== null && account !== guard.account) return { kind: 'foreign', reason: 'otherAccount' };
  if (region !== null && region !== guard.region) return { kind: 'foreign', reason: 'otherRegion' };
  if (name !== undefined && GUARD_FUNCTION_NAMES.includes(name.name))
    return { kind: 'foreign', reason: 'ownFunction' };
  return { kind: 'ours' };
}
