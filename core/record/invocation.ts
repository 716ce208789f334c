import { findPartition } from '../arn.ts';
import { asObject, asText, isJsonObject, type JsonObject } from '../json.ts';
import { type Entrance, nameEntrance } from './entrance.ts';
import { openEnvelope } from './envelope.ts';
import {
  type FunctionReference,
  parseFunctionArn,
  parseQualifier,
  parseRequestedFunction,
  readRecordedArn,
} from './function-reference.ts';

/**
 * One call of a Lambda function, as CloudTrail recorded it. CloudTrail's own names are kept.
 * Anything that a record may lack is `null`, so that later steps must say what its absence means.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export interface LambdaInvocation {
  readonly kind: 'invocation';
  readonly eventID: string | null;
  /** ISO-8601 UTC as CloudTrail wrote it. */
  readonly eventTime: string | null;
  readonly eventName: string;
  readonly awsRegion: string | null;
  readonly recipientAccountId: string | null;
  /**
   * Unqualified ARN; null where the record names no function that can be read. From `resources` it is taken as it
   * stands: it may hold a name that no function can have.
   */
  readonly functionArn: string | null;
  /** Version or alias that the caller asked for; null for the unqualified function, or where it was lost. */
  readonly qualifier: string | null;
  readonly invocationType: string | null;
  readonly userIdentity: JsonObject | null;
  /** `omitted` where CloudTrail left the parameters out (null, or over its size limit): then no source is known. */
  readonly requestParameters: 'present' | 'omitted';
  readonly sourceArn: string | null;
  readonly sourceAccount: string | null;
  readonly sourceIPAddress: string | null;
  readonly userAgent: string | null;
  readonly vpcEndpointId: string | null;
  /** Told by the host name that the client asked for; decides nothing. */
  readonly entrance: Entrance;
  /** Set when the call failed or was refused; null when it succeeded. */
  readonly errorCode: string | null;
}

/** A well-formed record that is not ours to judge. */
export interface SkippedRecord {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
  readonly detail: string;
}

/** Why a record is not judged. */
export type SkipReason =
  | 'notLambda'
  | 'notInvocation'
  | 'invokeExecution'
  | 'insight'
  | 'otherAccount'
  | 'otherRegion'
  | 'ownFunction';

/** Something that is no CloudTrail record at all. */
export interface RejectedRecord {
  readonly kind: 'rejected';
  readonly reason: string;
}

/** What one piece of input turned out to be. */
export type ParsedRecord = LambdaInvocation | SkippedRecord | RejectedRecord;

/**
 * Reads one CloudTrail record, or the EventBridge event around one.
 * Every `Invoke*` record of Lambda becomes an invocation however broken its identity or function may be, so that
 * nothing a caller controls can hide a call; `InvokeExecution` is Lambda running work that it accepted before, not
 * a caller, and is skipped.
 */
export function parseInvocation(input: unknown): ParsedRecord {
  const opened = openEnvelope(input);
  if (opened.kind === 'rejected') return opened;
  const { record } = opened;
  const eventSource = asText(record['eventSource']);
  const eventName = asText(record['eventName']);
  if (eventName === null) {
    if (asText(record['eventCategory']) === 'Insight' || isJsonObject(record['insightDetails'])) {
      return { kind: 'skipped', reason: 'insight', detail: 'an Insights record' };
    }
    return { kind: 'rejected', reason: 'no CloudTrail record: it has no `eventName`' };
  }
  if (eventSource === null)
    return { kind: 'rejected', reason: 'no CloudTrail record: it has no `eventSource`' };
  if (eventSource !== 'lambda.amazonaws.com') {
    return { kind: 'skipped', reason: 'notLambda', detail: eventSource };
  }
  if (!eventName.startsWith('Invoke')) return { kind: 'skipped', reason: 'notInvocation', detail: eventName };
  if (eventName.startsWith('InvokeExecution')) {
    return { kind: 'skipped', reason: 'invokeExecution', detail: eventName };
  }
  return readInvocation(record, eventName);
}

function readInvocation(record: JsonObject, eventName: string): LambdaInvocation {
  const parameters = asObject(record['requestParameters']);
  const resource = readFunctionResource(record);
  const requested = readRequested(asText(parameters?.['functionName']), resource);
  const host = asText(asObject(record['tlsDetails'])?.['clientProvidedHostHeader']);
  return {
    kind: 'invocation',
    eventID: asText(record['eventID']),
    eventTime: asText(record['eventTime']),
    eventName,
    awsRegion: asText(record['awsRegion']),
    recipientAccountId: asText(record['recipientAccountId']),
    functionArn:
      resource?.functionArn ??
      requested?.functionArn ??
      readExecuted(record) ??
      composeFunctionArn(record, requested?.name) ??
      null,
    qualifier:
      readQualifier(asText(parameters?.['qualifier'])) ?? requested?.qualifier ?? resource?.qualifier ?? null,
    invocationType: asText(parameters?.['invocationType']),
    userIdentity: asObject(record['userIdentity']) ?? null,
    requestParameters: parameters === undefined ? 'omitted' : 'present',
    sourceArn: asText(parameters?.['sourceArn']),
    sourceAccount: asText(parameters?.['sourceAccount']),
    sourceIPAddress: asText(record['sourceIPAddress']),
    userAgent: asText(record['userAgent']),
    vpcEndpointId: asText(record['vpcEndpointId']),
    entrance: nameEntrance(eventName, host),
    errorCode: asText(record['errorCode']),
  };
}

function readQualifier(text: string | null): string | undefined {
  return text === null ? undefined : parseQualifier(text);
}

/** What the caller asked for: a full ARN, or the name and qualifier of a shorter form. */
interface RequestedFunction {
  readonly functionArn?: string;
  readonly name?: string;
  readonly qualifier: string | null;
}

function readRequested(
  text: string | null,
  resource: FunctionReference | undefined,
): RequestedFunction | undefined {
  return readNamed(text, resource) ?? (text === null ? undefined : parseRequestedFunction(text));
}

/** A full ARN. Most begin with the ARN that `resources` states, which need not be cut up again. */
function readNamed(
  text: string | null,
  resource: FunctionReference | undefined,
): FunctionReference | undefined {
  if (text === null) return undefined;
  if (resource !== undefined && text.startsWith(resource.functionArn)) {
    const { functionArn } = resource;
    if (text.length === functionArn.length) return { functionArn, qualifier: null };
    const qualifier =
      text[functionArn.length] === ':' ? parseQualifier(text.slice(functionArn.length + 1)) : undefined;
    if (qualifier !== undefined) return { functionArn, qualifier };
  }
  return parseFunctionArn(text);
}

/**
 * CloudTrail's own statement of the function, in `resources`; the request's `functionName` is the caller's text.
 * One resource that stands there without its array counts too: EventBridge's patterns see no difference.
 */
export function readFunctionResource(record: JsonObject): FunctionReference | undefined {
  const { resources } = record;
  if (!Array.isArray(resources)) return isJsonObject(resources) ? readResource(resources) : undefined;
  for (const resource of resources) {
    const found = isJsonObject(resource) ? readResource(resource) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function readResource(resource: JsonObject): FunctionReference | undefined {
  const arn = asText(resource['ARN']) ?? asText(resource['arn']);
  return arn === null ? undefined : readRecordedArn(arn);
}

/** The version that ran: CloudTrail's word too, but nobody asked for that version. */
function readExecuted(record: JsonObject): string | undefined {
  const executed = asText(asObject(record['additionalEventData'])?.['functionVersion']);
  return executed === null ? undefined : parseFunctionArn(executed)?.functionArn;
}

/** A bare function name is completed only with the account and Region that the record itself states. */
export function composeFunctionArn(record: JsonObject, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const region = asText(record['awsRegion']);
  const account = asText(record['recipientAccountId']);
  if (region === null || account === null) return undefined;
  const partition = findPartition(region);
  return parseFunctionArn(`arn:${partition}:lambda:${region}:${account}:function:${name}`)?.functionArn;
}
