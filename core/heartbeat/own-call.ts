import type { Caller } from '../caller/caller.ts';
import { HEARTBEAT_NAME, HEARTBEAT_TARGET_NAME, nameGuardRole } from '../guard.ts';

const TARGET_ENDING = `:function:${HEARTBEAT_TARGET_NAME}`;

/**
 * Tells a heartbeat's own call, of whichever guard, from everybody else's: a function of the target's name, called by
 * exactly the role of the heartbeat in the function's account and Region, with no service in between.
 * @param functionArn unqualified
 */
export function isOwnHeartbeat(functionArn: string, caller: Caller): boolean {
  if (!functionArn.endsWith(TARGET_ENDING)) return false;
  if (caller.kind !== 'role' || caller.invokedBy !== undefined) return false;
  const [, partition = '', , region = '', account = ''] = functionArn.split(':');
  return caller.roleArn === `arn:${partition}:iam::${account}:role/${nameGuardRole(HEARTBEAT_NAME, region)}`;
}
