import type { AddPermissionCommandInput } from '@aws-sdk/client-lambda';
import { isJsonObject } from '../core/json.ts';
import type { PolicyStatement } from '../core/policy/document.ts';

/** What AddPermission is told about a grant; the function is named beside it. */
export type PermissionParameters = Omit<
  AddPermissionCommandInput,
  'FunctionName' | 'Qualifier' | 'RevisionId'
>;

/** A statement in the words of AddPermission, or why it has none. */
export type PermissionTranslation =
  | { readonly kind: 'parameters'; readonly parameters: PermissionParameters }
  | { readonly kind: 'unsayable'; readonly reason: string };

type ConditionParameter = keyof PermissionParameters;

/** How AWS stores each parameter: operator, then condition key in lower case. */
const CONDITIONS: Readonly<Record<string, ConditionParameter>> = {
  'ArnLike aws:sourcearn': 'SourceArn',
  'StringEquals aws:sourceaccount': 'SourceAccount',
  'StringEquals aws:principalorgid': 'PrincipalOrgID',
  'StringEquals lambda:eventsourcetoken': 'EventSourceToken',
  'StringEquals lambda:functionurlauthtype': 'FunctionUrlAuthType',
  'Bool lambda:invokedviafunctionurl': 'InvokedViaFunctionUrl',
};

const ELEMENTS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);
const STATEMENT_ID = /^[a-zA-Z0-9-_]{1,100}$/;

/**
 * Translates a statement from the form that AWS stores into the parameters of AddPermission, which can say only an
 * Allow of one action to one principal. Answers `unsayable` for everything that the parameters would not say exactly.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export function translatePermission(statement: PolicyStatement, resourceArn: string): PermissionTranslation {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.has(element));
  if (unknown !== undefined) return refuse(`it has \`${unknown}\``);
  const { Sid: sid, Effect: effect } = statement;
  if (typeof sid !== 'string' || !STATEMENT_ID.test(sid)) return refuse('its Sid is no statement id');
  if (effect !== 'Allow') return refuse('it is not an Allow');
  const action = readSingle(statement['Action']);
  if (action === undefined) return refuse('it does not name one action');
  if (readSingle(statement['Resource']) !== resourceArn) {
    return refuse(`its Resource is not \`${resourceArn}\``);
  }
  const principal = readPrincipal(statement['Principal']);
  if (principal === undefined) return refuse('it does not name one principal');
  const conditions = readConditions(statement['Condition']);
  if (typeof conditions === 'string') return refuse(conditions);
  return {
    kind: 'parameters',
    parameters: { StatementId: sid, Action: action, Principal: principal, ...conditions },
  };
}

function refuse(why: string): PermissionTranslation {
  return { kind: 'unsayable', reason: `AddPermission cannot grant this statement: ${why}` };
}

function readSingle(value: unknown): string | undefined {
  const item: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof item === 'string' ? item : undefined;
}

function readPrincipal(value: unknown): string | undefined {
  if (value === '*') return '*';
  if (!isJsonObject(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  const [type, name] = entry;
  return type === 'AWS' || type === 'Service' ? readSingle(name) : undefined;
}

function readConditions(value: unknown): Partial<PermissionParameters> | string {
  if (value === undefined) return {};
  if (!isJsonObject(value)) return 'its Condition is not a JSON object';
  const parameters: Record<string, string | boolean> = {};
  for (const [operator, keys] of Object.entries(value)) {
    if (!isJsonObject(keys)) return `its condition \`${operator}\` is not a JSON object`;
    for (const [key, values] of Object.entries(keys)) {
      const parameter = CONDITIONS[`${operator} ${key.toLowerCase()}`];
      if (parameter === undefined) return `it has the condition \`${operator} ${key}\``;
      const given = parameter === 'InvokedViaFunctionUrl' ? readFlag(values) : readSingle(values);
      if (given === undefined) return `its condition \`${operator} ${key}\` does not name one value`;
      if (Object.hasOwn(parameters, parameter)) return `it has the condition \`${operator} ${key}\` twice`;
      parameters[parameter] = given;
    }
  }
  return parameters;
}

/** AddPermission knows only the grant for calls through the function URL, not its opposite. */
function readFlag(value: unknown): true | undefined {
  const item: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return item === true || (typeof item === 'string' && item.toLowerCase() === 'true') ? true : undefined;
}
