import { identifyCaller } from '../caller/caller.ts';
import type { JsonObject } from '../json.ts';
import { type LambdaInvocation, parseInvocation } from '../record/invocation.ts';
import { findSufficientFields } from './sufficient-fields.ts';

// Each list has the least telling field first, as `findSufficientFields` wants it.
const FUNCTION_FIELDS: readonly string[] = [
  'awsRegion',
  'recipientAccountId',
  'additionalEventData.functionVersion',
  'requestParameters.functionName',
  'resources',
];
const QUALIFIER_FIELDS: readonly string[] = [
  'resources',
  'requestParameters.functionName',
  'requestParameters.qualifier',
];
const CALLER_FIELDS: readonly string[] = [
  'awsRegion',
  'recipientAccountId',
  'vpcEndpointId',
  'sourceIPAddress',
  'userAgent',
  'tlsDetails.clientProvidedHostHeader',
  'userIdentity.inScopeOf',
  'userIdentity.userName',
  'userIdentity.principalId',
  'userIdentity.arn',
  'userIdentity.accountId',
  'requestParameters.sourceAccount',
  'requestParameters.sourceArn',
  'userIdentity.sessionContext.sessionIssuer.arn',
  'userIdentity.invokedBy',
  'userIdentity.type',
];

/** The fields of a call's record that name its function; empty where none does. */
export function findFunctionFields(record: JsonObject): readonly string[] {
  return findSufficientFields(
    record,
    FUNCTION_FIELDS,
    readWith(({ functionArn }) => functionArn),
  );
}

/** The fields of a call's record that name the qualifier; empty where none was asked for. */
export function findQualifierFields(record: JsonObject): readonly string[] {
  return findSufficientFields(
    record,
    QUALIFIER_FIELDS,
    readWith(({ qualifier }) => qualifier),
  );
}

/** The fields of a call's record that name its caller. */
export function findCallerFields(record: JsonObject): readonly string[] {
  return findSufficientFields(record, CALLER_FIELDS, readWith(identifyCaller));
}

function readWith(read: (invocation: LambdaInvocation) => unknown): (record: JsonObject) => unknown {
  return (record) => {
    const parsed = parseInvocation(record);
    return parsed.kind === 'invocation' ? read(parsed) : null;
  };
}
