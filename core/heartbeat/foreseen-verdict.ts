import type { Allowlist } from '../allowlist/allowlist.ts';
import type { Guard } from '../guard.ts';
import { decideInvocation, type Verdict } from '../verdict/decision.ts';
import { nameHeartbeatCaller, nameHeartbeatTarget } from './beat.ts';

/**
 * What the core says of the heartbeat's call by an allowlist. Where a break-glass entry lists the heartbeat's role or
 * account it is `authorized`: no pattern matches such a call, and no beat ever comes back.
 */
export function foreseeVerdict(allowlist: Allowlist, guard: Guard): Verdict {
  const call = {
    functionArn: nameHeartbeatTarget(guard),
    eventTime: null,
    requestParameters: 'present',
    qualifier: null,
    sourceIPAddress: null,
    vpcEndpointId: null,
  } as const;
  return decideInvocation(call, nameHeartbeatCaller(guard), allowlist).verdict;
}
