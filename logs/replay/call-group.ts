import { type Caller, identifyCaller, type RoleCaller } from '../../core/caller/caller.ts';
import type { LambdaInvocation } from '../../core/record/invocation.ts';
import type { OriginReading } from '../scan/fields.ts';

/**
 * What many calls have in common: everything that the core reads of a call but its time, its eventID and the name of
 * a role's session. Calls that are alike share one object, which makes judging and counting them cheap; yet two
 * objects may say the same, so whoever counts by content compares `key`.
 */
export interface CallGroup {
  /** The same text for groups that say the same, and for no others. */
  readonly key: string;
  readonly eventName: string;
  /** Unqualified ARN; null where the record names no function that can be read. */
  readonly functionArn: string | null;
  readonly qualifier: string | null;
  /** A role without `sessionName`: that is the call's own. */
  readonly caller: Caller;
  readonly requestParameters: LambdaInvocation['requestParameters'];
  readonly invocationType: string | null;
  readonly awsRegion: string | null;
  readonly recipientAccountId: string | null;
  /** Null also where nobody asks where calls come from: most calls of a caller would be a group each. */
  readonly sourceIPAddress: string | null;
  readonly vpcEndpointId: string | null;
  /** `failed` where the record has an `errorCode`. */
  readonly outcome: 'succeeded' | 'failed';
}

/** A call, cut into what it shares with others and what is its own beside eventID and time. */
export interface GroupedCall {
  readonly group: CallGroup;
  readonly sessionName: string | null;
}

/** Cuts a call into what it shares with others and what is its own. */
export function groupInvocation(invocation: LambdaInvocation, origin: OriginReading): GroupedCall {
  const named = identifyCaller(invocation);
  const { caller, sessionName } = takeSession(named);
  const facts = {
    eventName: invocation.eventName,
    functionArn: invocation.functionArn,
    qualifier: invocation.qualifier,
    caller,
    requestParameters: invocation.requestParameters,
    invocationType: invocation.invocationType,
    awsRegion: invocation.awsRegion,
    recipientAccountId: invocation.recipientAccountId,
    sourceIPAddress: origin === 'read' ? invocation.sourceIPAddress : null,
    vpcEndpointId: origin === 'read' ? invocation.vpcEndpointId : null,
    outcome: invocation.errorCode === null ? ('succeeded' as const) : ('failed' as const),
  };
  return { group: { key: JSON.stringify(facts), ...facts }, sessionName };
}

function takeSession(caller: Caller): { readonly caller: Caller; readonly sessionName: string | null } {
  if (caller.kind !== 'role' || caller.sessionName === undefined) return { caller, sessionName: null };
  const { sessionName, ...role } = caller;
  return { caller: role, sessionName };
}

/** Names the caller of one call in full, its keys in the order in which `identifyCaller` writes them. */
export function nameCaller({ caller }: CallGroup, sessionName: string | null): Caller {
  if (caller.kind !== 'role' || sessionName === null) return caller;
  const { kind, roleArn, ...rest } = caller;
  return { kind, roleArn, sessionName, ...rest } satisfies RoleCaller;
}
