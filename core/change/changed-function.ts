import { asObject, asText, type JsonObject } from '../json.ts';
import {
  type FunctionReference,
  parseFunctionArn,
  parseQualifier,
  parseRequestedFunction,
} from '../record/function-reference.ts';
import { composeFunctionArn, readFunctionResource } from '../record/invocation.ts';
import { readAnsweredStatement } from './answered-statement.ts';
import type { LambdaVerb } from './lambda-action.ts';

/**
 * Names the function that a record of Lambda's API changes, and the version or alias if it is about one. What Lambda
 * answered counts before what was asked for; a bare name is completed with the account and Region of the record.
 */
export function nameChangedFunction(record: JsonObject, verb: LambdaVerb): FunctionReference | undefined {
  const parameters = asObject(record['requestParameters']);
  const response = asObject(record['responseElements']);
  const requested = readRequested(
    record,
    asText(parameters?.['resourceArn'] ?? parameters?.['functionName']),
  );
  const answered = readAnswered(record, verb);
  const reference =
    (answered === null ? undefined : parseFunctionArn(answered)) ??
    requested ??
    readFunctionResource(record) ??
    readRequested(record, asText(response?.['functionArn']));
  if (reference === undefined) return undefined;
  const qualifier = readQualifier(parameters, verb) ?? reference.qualifier ?? requested?.qualifier ?? null;
  return { functionArn: reference.functionArn, qualifier };
}

/** Lambda answers a permission with the statement that it made, whose resource is the function. */
function readAnswered(record: JsonObject, verb: LambdaVerb): string | null {
  if (verb === 'AddPermission') return asText(readAnsweredStatement(record)?.['Resource']);
  const response = asObject(record['responseElements']);
  return verb === 'PublishVersion' || isCodeChange(verb) ? null : asText(response?.['functionArn']);
}

/** Where `publish` is asked for, the answer is about the new version, and the change about the function. */
function isCodeChange(verb: LambdaVerb): boolean {
  return verb === 'CreateFunction' || verb === 'UpdateFunctionCode' || verb === 'UpdateFunctionConfiguration';
}

function readQualifier(parameters: JsonObject | undefined, verb: LambdaVerb): string | undefined {
  const alias = verb === 'CreateAlias' || verb === 'UpdateAlias' ? asText(parameters?.['name']) : null;
  const text = alias ?? asText(parameters?.['qualifier']);
  return text === null ? undefined : parseQualifier(text);
}

function readRequested(record: JsonObject, text: string | null): FunctionReference | undefined {
  if (text === null) return undefined;
  const full = parseFunctionArn(text);
  if (full !== undefined) return full;
  const short = parseRequestedFunction(text);
  const functionArn = composeFunctionArn(record, short?.name);
  return short === undefined || functionArn === undefined
    ? undefined
    : { functionArn, qualifier: short.qualifier };
}
