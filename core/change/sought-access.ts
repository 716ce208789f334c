import type { Caller } from '../caller/caller.ts';
import type { AccessRequest } from '../evaluator/request.ts';
import { listGuardRoleArns } from '../guard.ts';
import { listWitnesses } from '../plan/witness.ts';
import type { PolicyStatement } from '../policy/document.ts';
import { parseEventTime } from '../record/event-time.ts';
import { parseFunctionName } from '../record/function-reference.ts';
import type { LambdaInvocation } from '../record/invocation.ts';

/** A call that got in, and what is known of the statements that let it in. */
export interface AdmittedCall {
  readonly invocation: LambdaInvocation;
  readonly caller: Caller;
  /** Statements that a containment took out of the policy after the call. */
  readonly removed: readonly PolicyStatement[];
}

/** The access whose giver is looked for. */
export interface SoughtAccess {
  readonly functionArn: string;
  readonly qualifier: string | null;
  /** `lost` where the record left out what was asked for: then each version and alias may be the one. */
  readonly qualifierTold: 'told' | 'lost';
  readonly account: string;
  readonly caller: Caller;
  readonly entrance: LambdaInvocation['entrance'];
  /** Epoch milliseconds: nothing that came later let the call in. */
  readonly calledMs: number;
  /** What the caller may have asked of AWS, to try statements on; empty for callers whom no policy lets in. */
  readonly requests: readonly AccessRequest[];
  readonly removed: readonly PolicyStatement[];
  /** The guard's own changes let nobody in whom it did not find there. */
  readonly guardRoleArns: readonly string[];
}

/**
 * Says what to look for; `undefined` where nobody got in, or where the record does not tell who, where or when.
 */
export function seekAccess({ invocation, caller, removed }: AdmittedCall): SoughtAccess | undefined {
  const { functionArn, qualifier, entrance, errorCode } = invocation;
  const place = parseFunctionName(functionArn ?? '');
  const calledMs = parseEventTime(invocation.eventTime);
  if (functionArn === null || place === undefined || Number.isNaN(calledMs)) return undefined;
  if (errorCode !== null || caller.kind === 'unknown') return undefined;
  return {
    functionArn,
    qualifier,
    qualifierTold: qualifier === null && invocation.requestParameters === 'omitted' ? 'lost' : 'told',
    account: place.account,
    caller,
    entrance,
    calledMs,
    requests: listRequests(functionArn, caller, calledMs),
    removed,
    guardRoleArns: listGuardRoleArns(place),
  };
}

function listRequests(resourceArn: string, caller: Caller, now: number): readonly AccessRequest[] {
  const input = {
    policy: null,
    resourceArn,
    entries: [],
    now,
    guardId: '',
    scope: { kind: 'allowlist' },
    offender: null,
    lever: 'resourcePolicy',
  } as const;
  return listWitnesses(caller, input, now, 'knownKeys').map(({ request }) => request);
}

/** By what sort of change somebody may be let in. */
export type Door = 'grant' | 'policy' | 'functionUrl' | 'bucketNotification' | 'mapping';

/** The records in which one sort of change is found: the names under which CloudTrail may keep it, likeliest first. */
export interface DoorQuery {
  readonly door: Door;
  readonly eventNames: readonly string[];
}

/**
 * Lists where to look, the likeliest first: for a mapping its own making, else grants and policies, and what else
 * brings this caller to the function. `LookupEvents` compares names whole, so each spelling is a query of its own.
 */
export function listDoors({ caller, entrance }: SoughtAccess): readonly DoorQuery[] {
  if (caller.kind === 'eventSourceMapping') return [MAPPING];
  if (caller.kind === 'anonymous' || entrance === 'functionUrl') return [GRANT, FUNCTION_URL, POLICY];
  return caller.kind === 'service' && caller.service === 's3.amazonaws.com'
    ? [GRANT, BUCKET_NOTIFICATION, POLICY]
    : [GRANT, POLICY];
}

const GRANT: DoorQuery = {
  door: 'grant',
  eventNames: ['AddPermission20150331v2', 'AddPermission20150331', 'AddPermission'],
};

const POLICY: DoorQuery = { door: 'policy', eventNames: ['PutResourcePolicy'] };

const FUNCTION_URL: DoorQuery = {
  door: 'functionUrl',
  eventNames: ['CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig'],
};

const BUCKET_NOTIFICATION: DoorQuery = {
  door: 'bucketNotification',
  eventNames: ['PutBucketNotification', 'PutBucketNotificationConfiguration'],
};

const MAPPING: DoorQuery = {
  door: 'mapping',
  eventNames: [
    'CreateEventSourceMapping20150331',
    'UpdateEventSourceMapping20150331',
    'CreateEventSourceMapping',
    'UpdateEventSourceMapping',
  ],
};
