import { isDeepStrictEqual } from 'node:util';
import { readAllowlist } from '../config/allowlist-file.ts';
import { composeAlert, type InvocationEvent } from '../core/alert/alert.ts';
import { identifyCaller } from '../core/caller/caller.ts';
import { nameGuard } from '../core/guard.ts';
import { parseInvocation } from '../core/record/invocation.ts';
import { decideInvocation } from '../core/verdict/decision.ts';
import { DEMO_ALLOWLIST } from './cast.ts';
import { LAB_ACCOUNT, LAB_REGION } from './local-aws.ts';
import { StepFailure } from './step-failure.ts';

/**
 * Writes the e-mail of an alert whose JSON was delivered, because the local SNS delivers no mail: the project's own
 * code composes the same alert again from the same record, and what it composes must be what was delivered.
 * Throws `StepFailure` where it is not.
 */
export function composeAlertMail(delivered: InvocationEvent, envelope: unknown): string {
  const invocation = parseInvocation(envelope);
  const reading = readAllowlist(DEMO_ALLOWLIST, 'invokeguard.yaml');
  if (invocation.kind !== 'invocation' || reading.kind === 'invalid') {
    throw new StepFailure('an invocation and a valid allowlist', `${invocation.kind}, ${reading.kind}`);
  }
  const caller = identifyCaller(invocation);
  const alert = composeAlert({
    guard: nameGuard(LAB_ACCOUNT, LAB_REGION),
    invocation,
    caller,
    decision: decideInvocation(invocation, caller, reading.allowlist),
    outcome: delivered.outcome,
    ...(delivered.owner === null ? {} : { owner: delivered.owner }),
    ...(delivered.granter === null ? {} : { granter: delivered.granter }),
  });
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(alert.event)), delivered)) {
    throw new StepFailure('the delivered alert to be the one for this record', JSON.stringify(delivered));
  }
  return `Subject: ${alert.subject}\n\n${alert.text.trimEnd()}`;
}
