import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { nameGuard } from '../core/guard.ts';
import { foreseeVerdict } from '../core/heartbeat/foreseen-verdict.ts';
import type { InvocationTrail } from './invocation-trail.ts';

/**
 * Looks before anything is deployed whether the heartbeat can prove something. Throws where the trail of the same app
 * does not log its calls; warns where an entry lists it, as far as account and Region are known.
 */
export function checkHeartbeat(
  scope: Construct,
  allowlist: Allowlist,
  trail: InvocationTrail | undefined,
): void {
  if (trail?.heartbeat === 'none') {
    throw new Error(
      "the guard has a heartbeat, and the trail has `heartbeat: 'none'`, so that no beat would ever come back: say the same for both",
    );
  }
  const { account, region } = Stack.of(scope);
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) return;
  if (foreseeVerdict(allowlist, nameGuard(account, region)) !== 'authorized') return;
  Annotations.of(scope).addWarningV2(
    'invokeguard:heartbeatListed',
    'an entry under `breakGlass` lists the role of the heartbeat too, so that its calls are authorized and prove nothing: ' +
      'narrow the entry, or switch the heartbeat off with `heartbeat` = `none`',
  );
}
