import { addLimits } from '../core/alert/limits.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { type Allowlist, type FunctionEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import type { ContainmentScope } from '../core/plan/containment-plan.ts';
import { parseFunctionArn } from '../core/record/function-reference.ts';
import type { LambdaInvocation } from '../core/record/invocation.ts';
import type { Decision } from '../core/verdict/decision.ts';
import { leave, tryTo } from './attempt.ts';
import { type ContainmentPorts, containTarget } from './containment.ts';
import { holdAgainstHistory } from './history.ts';
import { disableMapping, type MappingPorts } from './mapping.ts';

/** A call that is not authorized. */
export interface FoundCall {
  readonly invocation: LambdaInvocation;
  readonly caller: Caller;
  readonly decision: Decision;
  /** What makes the work idempotent. */
  readonly eventID: string;
}

/**
 * Does about a call what the mode of the function allows: shuts the caller out of the policy, or disables the mapping.
 * When in doubt: nothing. Faults as `containTarget`.
 */
export async function answerCall(
  call: FoundCall,
  allowlist: Allowlist,
  guard: Guard,
  ports: ContainmentPorts & MappingPorts,
): Promise<Outcome> {
  const { invocation, caller, decision } = call;
  const { guarded, verdict } = decision;
  // CloudTrail's own ARN is judged however odd it is; a policy is looked for only where such a function can exist.
  const named = parseFunctionArn(invocation.functionArn ?? '');
  if (verdict !== 'unauthorized' || guarded === null || named === undefined) {
    return leave('the record leaves open who called or what; a person has to look');
  }
  if (guarded.mode === 'observe') return { kind: 'observed' };
  if (invocation.errorCode !== null) return leave('the call failed by itself, so nobody got in');
  return tryTo(() =>
    caller.kind === 'eventSourceMapping'
      ? disableMapping(caller.mappingArn, ports)
      : contain(call, named.functionArn, guarded, allowlist, guard, ports),
  );
}

async function contain(
  { invocation, caller, eventID }: FoundCall,
  functionArn: string,
  guarded: FunctionEntry,
  allowlist: Allowlist,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<Outcome> {
  const target = { functionArn, qualifier: invocation.qualifier };
  const request = {
    eventID,
    target,
    entries: listInvokers(allowlist, guarded),
    scope: chooseScope(guarded, caller),
    offender: caller,
    from: 'standing',
  } as const;
  const outcome = addLimits(await containTarget(request, guard, ports));
  return holdAgainstHistory(outcome, invocation.eventTime, target, ports.ledger);
}

function chooseScope(guarded: FunctionEntry, offender: Caller): ContainmentScope {
  return guarded.scope === 'offender' ? { kind: 'offender', offender } : { kind: 'allowlist' };
}
