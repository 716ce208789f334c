import { isJsonObject, type JsonObject, readObject, readText } from '../json.ts';
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
  /** The version that ran, from `additionalEventData.functionVersion`, when the record says. */
  readonly executedVersion: string | null;
  readonly invocationType: string | null;
  readonly userIdentity: JsonObject | null;
  /** `omitted` where CloudTrail left the parameters out (null, or over its size limit): then no source is known. */
  readonly requestParameters: 'present' | 'omitted';
  readonly sourceArn: string | null;
  readonly sourceAccount: string | null;
  readonly sourceIPAddress: string | null;
  readonly userAgent: string | null;
  readonly vpcEndpointId: string | null;
  /** Host name that the client asked for; tells a function URL from the API. */
  readonly clientProvidedHostHeader: string | null;
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
  const eventSource = readText(record, 'eventSource');
  const eventName = readText(record, 'eventName');
  if (eventName === undefined) {
    if (readText(record, 'eventCategory') === 'Insight' || isJsonObject(record['insightDetails'])) {
      return { kind: 'skipped', reason: 'insight', detail: 'an Insights record' };
    }
    return { kind: 'rejected', reason: 'no CloudTrail record: it has no `eventName`' };
  }
  if (eventSource === undefined)
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
  const parameters = readObject(record, 'requestParameters');
  const additional = readObject(record, 'additionalEventData');
  const executed = parseFunctionArn(readText(additional, 'functionVersion') ?? '');
  const requested = readText(parameters, 'functionName');
  const requestedArn = parseFunctionArn(requested ?? '');
  const short = parseRequestedFunction(requested ?? '');
  const resource = readFunctionResource(record);
  const functionArn =
    resource?.functionArn ??
    requestedArn?.functionArn ??
    executed?.functionArn ??
    composeFunctionArn(record, short?.name);
  return {
    kind: 'invocation',
    eventID: readText(record, 'eventID') ?? null,
    eventTime: readText(record, 'eventTime') ?? null,
    eventName,
    awsRegion: readText(record, 'awsRegion') ?? null,
    recipientAccountId: readText(record, 'recipientAccountId') ?? null,
    functionArn: functionArn ?? null,
    qualifier:
      parseQualifier(readText(parameters, 'qualifier') ?? '') ??
      requestedArn?.qualifier ??
      short?.qualifier ??
      resource?.qualifier ??
      null,
    executedVersion: executed?.qualifier ?? null,
    invocationType: readText(parameters, 'invocationType') ?? null,
    userIdentity: readObject(record, 'userIdentity') ?? null,
    requestParameters: parameters === undefined ? 'omitted' : 'present',
    sourceArn: readText(parameters, 'sourceArn') ?? null,
    sourceAccount: readText(parameters, 'sourceAccount') ?? null,
    sourceIPAddress: readText(record, 'sourceIPAddress') ?? null,
    userAgent: readText(record, 'userAgent') ?? null,
    vpcEndpointId: readText(record, 'vpcEndpointId') ?? null,
    clientProvidedHostHeader: readText(readObject(record, 'tlsDetails'), 'clientProvidedHostHeader') ?? null,
    errorCode: readText(record, 'errorCode') ?? null,
  };
}

/**
 * CloudTrail's own statement of the function, in `resources`; the request's `functionName` is the caller's text.
 * One resource that stands there without its array counts too: EventBridge's patterns see no difference.
 */
function readFunctionResource(record: JsonObject): FunctionReference | undefined {
  const { resources } = record;
  if (!Array.isArray(resources)) return isJsonObject(resources) ? readResource(resources) : undefined;
  for (const resource of resources) {
    const found = isJsonObject(resource) ? readResource(resource) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function readResource(resource: JsonObject): FunctionReference | undefined {
  const arn = readText(resource, 'ARN') ?? readText(resource, 'arn');
  return arn === undefined ? undefined : readRecordedArn(arn);
}

/** A bare function name is completed only with the account and Region that the record itself states. */
function composeFunctionArn(record: JsonObject, name: string | undefined): string | undefined {
  const region = readText(record, 'awsRegion');
  const account = readText(record, 'recipientAccountId');
  if (name === undefined || region === undefined || account === undefined) return undefined;
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return parseFunctionArn(`arn:${partition}:lambda:${region}:${account}:function:${name}`)?.functionArn;
}
