import { findPartition } from '../arn.ts';
import { isMappingArn } from '../caller/caller.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import { type FunctionReference, qualifyFunctionArn } from '../record/function-reference.ts';
import { composeMappingArn, learnMapping } from '../record/learnt-mapping.ts';
import { readAnsweredStatement } from './answered-statement.ts';
import type { FunctionAction } from './change.ts';
import { readMappingFault } from './mapping-fault.ts';
import { rebuildStatement } from './requested-grant.ts';

/** The API calls of Lambda that change something, without version suffix, and the event that it writes itself. */
export const LAMBDA_VERBS = [
  'AddPermission',
  'PutResourcePolicy',
  'RemovePermission',
  'DeleteResourcePolicy',
  'CreateFunctionUrlConfig',
  'UpdateFunctionUrlConfig',
  'DeleteFunctionUrlConfig',
  'CreateEventSourceMapping',
  'UpdateEventSourceMapping',
  'DeleteEventSourceMapping',
  'LambdaESMDisabled',
  'CreateAlias',
  'UpdateAlias',
  'PublishVersion',
  'CreateFunction',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
  'DeleteFunction',
  'PutFunctionConcurrency',
  'DeleteFunctionConcurrency',
] as const;

/** The name of an API call of Lambda that changes something, without version suffix. */
export type LambdaVerb = (typeof LAMBDA_VERBS)[number];

const SUFFIXED = /^([A-Za-z]+)(\d{8}(v\d+)?)?$/;

/** Reads an eventName, with or without suffix; `undefined` where the call changes nothing that counts here. */
export function readLambdaVerb(eventName: string): LambdaVerb | undefined {
  const name = SUFFIXED.exec(eventName)?.[1];
  return LAMBDA_VERBS.find((verb) => verb === name);
}

/**
 * Reads what a call of Lambda's API changes.
 * @param named the function that it is about, where the record names one
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
export function readLambdaAction(
  record: JsonObject,
  verb: LambdaVerb,
  named: FunctionReference | undefined,
): FunctionAction {
  const parameters = asObject(record['requestParameters']);
  switch (verb) {
    case 'AddPermission':
      return { kind: 'grant', statement: readStatement(record, parameters, named) };
    case 'PutResourcePolicy':
      return { kind: 'policy', policy: parameters?.['policy'] ?? null };
    case 'RemovePermission':
      return { kind: 'revocation', sid: asText(parameters?.['statementId']) };
    case 'DeleteResourcePolicy':
      return { kind: 'policyRemoval' };
    case 'CreateFunctionUrlConfig':
    case 'UpdateFunctionUrlConfig':
    case 'DeleteFunctionUrlConfig':
      return { kind: 'functionUrl', step: readStep(verb), authType: asText(parameters?.['authType']) };
    case 'CreateEventSourceMapping':
    case 'UpdateEventSourceMapping':
    case 'DeleteEventSourceMapping':
      return readMapping(record, readStep(verb));
    case 'LambdaESMDisabled':
      return {
        kind: 'mappingDisabled',
        mappingArn: findMappingArn(record),
        fault: readMappingFault(record['serviceEventDetails']),
      };
    case 'CreateAlias':
      return { kind: 'qualifier', step: 'aliasCreated' };
    case 'UpdateAlias':
      return { kind: 'qualifier', step: 'aliasChanged' };
    case 'PublishVersion':
      return { kind: 'qualifier', step: 'versionPublished' };
    case 'CreateFunction':
      return readFunction('created', parameters);
    case 'UpdateFunctionCode':
      return readFunction('codeChanged', parameters);
    case 'UpdateFunctionConfiguration':
      return readFunction('configurationChanged', parameters);
    case 'DeleteFunction':
      return readFunction('deleted', parameters);
    case 'PutFunctionConcurrency': {
      const reserved = parameters?.['reservedConcurrentExecutions'];
      return { kind: 'concurrency', reserved: typeof reserved === 'number' ? reserved : null };
    }
    case 'DeleteFunctionConcurrency':
      return { kind: 'concurrency', reserved: null };
  }
}

function readFunction(
  step: (FunctionAction & { readonly kind: 'function' })['step'],
  parameters: JsonObject | undefined,
): FunctionAction {
  return { kind: 'function', step, publishes: parameters?.['publish'] === true ? 'version' : 'nothing' };
}

function readStep(verb: LambdaVerb): 'created' | 'changed' | 'deleted' {
  if (verb.startsWith('Create')) return 'created';
  return verb.startsWith('Update') ? 'changed' : 'deleted';
}

/** What Lambda answered; where the call failed or the answer is no statement, what was asked for. */
function readStatement(
  record: JsonObject,
  parameters: JsonObject | undefined,
  named: FunctionReference | undefined,
): JsonObject | null {
  const statement = readAnsweredStatement(record);
  if (statement !== undefined) return statement;
  if (parameters === undefined || named === undefined) return null;
  return rebuildStatement(parameters, qualifyFunctionArn(named.functionArn, named.qualifier));
}

function readMapping(record: JsonObject, step: 'created' | 'changed' | 'deleted'): FunctionAction {
  const parameters = asObject(record['requestParameters']);
  const learnt = learnMapping(record);
  const enabled = parameters?.['enabled'];
  return {
    kind: 'mapping',
    step,
    mappingArn: learnt?.mappingArn ?? findMappingArn(record),
    sourceArn: learnt?.sourceArn ?? asText(parameters?.['eventSourceArn']),
    polling: enabled === false ? 'off' : enabled === true ? 'on' : 'unsaid',
  };
}

/** The mapping of a record that failed, or that Lambda wrote itself: an ARN as it stands, or composed of its UUID. */
function findMappingArn(record: JsonObject): string | null {
  const resources: readonly unknown[] = Array.isArray(record['resources']) ? record['resources'] : [];
  const parts = [...resources, record['responseElements'], record['serviceEventDetails']].map(asObject);
  const texts = parts.flatMap((part) => Object.values(part ?? {})).map(asText);
  const stated = texts.find((text) => text !== null && isMappingArn(text));
  if (stated !== undefined) return stated;
  const parameters = asObject(record['requestParameters']);
  const uuid = asText(parameters?.['uUID']) ?? asText(parameters?.['uuid']) ?? asText(parameters?.['UUID']);
  const region = asText(record['awsRegion']);
  const account = asText(record['recipientAccountId']);
  if (uuid === null || region === null || account === null) return null;
  return composeMappingArn({ partition: findPartition(region), region, account, uuid }) ?? null;
}
