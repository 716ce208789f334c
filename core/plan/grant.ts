import { hasWildcard, isAccountId, matchWildcard, parseArn } from '../arn.ts';
import type { InvokeAction } from '../evaluator/request.ts';
import { isJsonObject } from '../json.ts';
import type { PolicyStatement } from '../policy/document.ts';

/** Whom an Allow names. */
export type GrantPrincipal =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'account'; readonly account: string }
  /** One role or one user, by its ARN. */
  | { readonly kind: 'iam'; readonly arn: string }
  | { readonly kind: 'service'; readonly service: string }
  /** Something that we do not follow: a session, an identity provider, the id of a deleted principal. */
  | { readonly kind: 'other'; readonly text: string };

/** One line of a `Condition`: any of the values has to match. */
export interface GrantCondition {
  /** As written, such as `ArnLike` or `StringEqualsIfExists`. */
  readonly operator: string;
  /** Lower-cased. */
  readonly key: string;
  readonly values: readonly string[];
}

/** An Allow that grants nothing but invoke actions and uses nothing that we do not understand. */
export interface Grant {
  readonly statement: PolicyStatement;
  readonly sid: string | undefined;
  readonly actions: readonly InvokeAction[];
  readonly principals: readonly GrantPrincipal[];
  readonly conditions: readonly GrantCondition[];
}

/** What a statement is to a containment. */
export type GrantReading =
  | { readonly kind: 'grant'; readonly grant: Grant }
  /** It lets nobody invoke the function: a Deny, or an Allow for other actions. */
  | { readonly kind: 'noGrant' }
  /** It lets somebody invoke the function and do other things too: understood, and not ours to take apart. */
  | { readonly kind: 'mixed'; readonly why: string }
  /** It may let somebody invoke the function, in a way that we do not understand. */
  | { readonly kind: 'unclear'; readonly why: string };

const ELEMENTS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);
const ACTIONS: readonly InvokeAction[] = ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'];
const OPERATOR =
  /^(StringEquals|StringNotEquals|StringLike|StringNotLike|StringEqualsIgnoreCase|ArnEquals|ArnLike|ArnNotEquals|ArnNotLike|Bool|Null)(IfExists)?$/;
const KEYS = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:principalservicename',
  'aws:principalisawsservice',
  'aws:sourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:securetransport',
  'lambda:functionurlauthtype',
  'lambda:invokedviafunctionurl',
  'lambda:eventsourcetoken',
]);

/** Reads what a statement of the policy attached to `resourceArn` grants. */
export function readGrant(statement: PolicyStatement, resourceArn: string): GrantReading {
  if (statement['Effect'] === 'Deny') return { kind: 'noGrant' };
  if (statement['Effect'] !== 'Allow') return unclear('its Effect is neither Allow nor Deny');
  const odd = Object.keys(statement).find((name) => !ELEMENTS.has(name));
  if (odd !== undefined) return unclear(`it uses ${JSON.stringify(odd)}`);
  const actions = readTexts(statement['Action']);
  if (actions === undefined || actions.length === 0) return unclear('its Action is not text');
  if (!actions.some(grantsInvoke)) return { kind: 'noGrant' };
  const resources = readTexts(statement['Resource']);
  if (resources === undefined || !resources.some((pattern) => matchWildcard(pattern, resourceArn))) {
    return unclear('its Resource is not this function');
  }
  const invokeActions = actions.map(nameInvokeAction);
  if (!invokeActions.every((action) => action !== undefined)) {
    return { kind: 'mixed', why: 'it grants other actions too' };
  }
  const principals = readPrincipals(statement['Principal']);
  if (principals === undefined) return unclear('its Principal is not understood');
  const conditions = readConditions(statement['Condition']);
  if (conditions === undefined) return unclear('it has a condition that is not understood');
  const sid = typeof statement['Sid'] === 'string' && statement['Sid'] !== '' ? statement['Sid'] : undefined;
  const grant = { statement, sid, actions: [...new Set(invokeActions)], principals, conditions };
  return { kind: 'grant', grant };
}

function unclear(why: string): GrantReading {
  return { kind: 'unclear', why };
}

function readTexts(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((item): item is string => typeof item === 'string') ? list : undefined;
}

/** Actions are compared without case. */
function grantsInvoke(action: string): boolean {
  return ACTIONS.some((wanted) => matchWildcard(action.toLowerCase(), wanted.toLowerCase()));
}

function nameInvokeAction(action: string): InvokeAction | undefined {
  return ACTIONS.find((wanted) => wanted.toLowerCase() === action.toLowerCase());
}

function readPrincipals(value: unknown): readonly GrantPrincipal[] | undefined {
  if (value === '*') return [{ kind: 'anyone' }];
  if (!isJsonObject(value) || Object.keys(value).length === 0) return undefined;
  const principals: GrantPrincipal[] = [];
  for (const [type, names] of Object.entries(value)) {
    const texts = readTexts(names);
    if (texts === undefined) return undefined;
    principals.push(...texts.map((text) => readPrincipal(type, text)));
  }
  return principals.length === 0 ? undefined : principals;
}

function readPrincipal(type: string, text: string): GrantPrincipal {
  if (type === 'Service' && !hasWildcard(text)) return { kind: 'service', service: text };
  if (type !== 'AWS') return { kind: 'other', text };
  if (text === '*') return { kind: 'anyone' };
  if (isAccountId(text)) return { kind: 'account', account: text };
  const arn = parseArn(text);
  if (arn?.service !== 'iam' || hasWildcard(text)) return { kind: 'other', text };
  if (arn.resource === 'root') return { kind: 'account', account: arn.account };
  if (/^(role|user)\//.test(arn.resource)) return { kind: 'iam', arn: text };
  return { kind: 'other', text };
}

function readConditions(value: unknown): readonly GrantCondition[] | undefined {
  if (value === undefined) return [];
  if (!isJsonObject(value)) return undefined;
  const conditions: GrantCondition[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!OPERATOR.test(operator) || !isJsonObject(keys)) return undefined;
    for (const [name, given] of Object.entries(keys)) {
      const list: readonly unknown[] = Array.isArray(given) ? given : [given];
      const values = list.map((item) => (typeof item === 'boolean' ? String(item) : item));
      if (!values.every((item): item is string => typeof item === 'string' && !item.includes('${'))) {
        return undefined;
      }
      if (!KEYS.has(name.toLowerCase()) || values.length === 0) return undefined;
      conditions.push({ operator, key: name.toLowerCase(), values });
    }
  }
  return conditions;
}
