import { asText, isJsonObject, type JsonObject } from '../json.ts';
import type { GuardAction } from './change.ts';

/**
 * Reads what a call of CloudTrail's API does to a trail. Offline nobody knows which trail is the guard's, so each one
 * counts. `undefined` for calls that take nothing away.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
 */
export function readTrailAction(
  eventName: string,
  parameters: JsonObject | undefined,
): GuardAction | undefined {
  switch (eventName) {
    case 'StopLogging':
      return { kind: 'trail', step: 'stopped' };
    case 'DeleteTrail':
      return { kind: 'trail', step: 'deleted' };
    case 'UpdateTrail':
    case 'PutEventConfiguration':
      return { kind: 'trail', step: 'changed' };
    case 'PutEventSelectors':
      return { kind: 'trailSelectors', loses: readLoss(parameters) };
    default:
      return undefined;
  }
}

type Loss = 'calls' | 'changes' | 'untold' | null;

/** What selectors leave out. Whether they name every guarded function is not judged. */
function readLoss(parameters: JsonObject | undefined): Loss {
  const advanced = readObjects(parameters?.['advancedEventSelectors']);
  const basic = readObjects(parameters?.['eventSelectors']);
  if (advanced.length === 0 && basic.length === 0) return 'untold';
  if (!advanced.some(logsCalls) && !basic.some((selector) => logsCallsByResource(selector))) return 'calls';
  return advanced.some(logsChanges) || basic.some(logsManagementWrites) ? null : 'changes';
}

/**
 * Decides whether selectors take the calls of one function: the parameters of `PutEventSelectors` as a record has them.
 * @param functionArn unqualified
 */
export function readCallLogging(
  parameters: JsonObject | undefined,
  functionArn: string,
): 'logged' | 'notLogged' {
  const advanced = readObjects(parameters?.['advancedEventSelectors']).some(
    (selector) => logsCalls(selector) && passes(readFields(selector), 'resources.ARN', functionArn),
  );
  const basic = readObjects(parameters?.['eventSelectors']).some((selector) =>
    logsCallsByResource(selector, functionArn),
  );
  return advanced || basic ? 'logged' : 'notLogged';
}

function readObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

const FUNCTION_TYPE = 'AWS::Lambda::Function';

/** Values of basic selectors are beginnings of ARNs. Calls of functions are no reads. */
function logsCallsByResource(selector: JsonObject, functionArn?: string): boolean {
  const logged = readObjects(selector['dataResources']).filter(({ type }) => type === FUNCTION_TYPE);
  const values = logged.flatMap((resource) => readTexts(resource['values']));
  const taken = values.filter((value) => functionArn === undefined || functionArn.startsWith(value));
  return taken.length > 0 && !readsOnly(selector);
}

function logsManagementWrites(selector: JsonObject): boolean {
  return selector['includeManagementEvents'] !== false && !readsOnly(selector);
}

function readsOnly(selector: JsonObject): boolean {
  return asText(selector['readWriteType']) === 'ReadOnly';
}

function logsCalls(selector: JsonObject): boolean {
  const fields = readFields(selector);
  return (
    selects(fields, 'eventCategory', 'Data') &&
    selects(fields, 'resources.type', FUNCTION_TYPE) &&
    passes(fields, 'eventName', 'Invoke') &&
    passes(fields, 'readOnly', 'false')
  );
}

function logsChanges(selector: JsonObject): boolean {
  const fields = readFields(selector);
  return (
    selects(fields, 'eventCategory', 'Management') &&
    passes(fields, 'readOnly', 'false') &&
    passes(fields, 'eventSource', 'lambda.amazonaws.com')
  );
}

function readFields(selector: JsonObject): readonly JsonObject[] {
  return readObjects(selector['fieldSelectors']);
}

/** A field is asked for, and the value meets it. */
function selects(fields: readonly JsonObject[], name: string, value: string): boolean {
  return fields.some(({ field }) => field === name) && passes(fields, name, value);
}

/** No test of the field keeps the value out. */
function passes(fields: readonly JsonObject[], name: string, value: string): boolean {
  return fields.filter(({ field }) => field === name).every((test) => meets(test, value));
}

function meets(test: JsonObject, value: string): boolean {
  const wanted = [
    ...readTexts(test['equals']).map((text) => text === value),
    ...readTexts(test['startsWith']).map((text) => value.startsWith(text)),
    ...readTexts(test['endsWith']).map((text) => value.endsWith(text)),
  ];
  const unwanted =
    readTexts(test['notEquals']).includes(value) ||
    readTexts(test['notStartsWith']).some((text) => value.startsWith(text)) ||
    readTexts(test['notEndsWith']).some((text) => value.endsWith(text));
  return !unwanted && (wanted.length === 0 || wanted.includes(true));
}

function readTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
