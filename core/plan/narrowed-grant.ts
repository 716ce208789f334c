import type { InvokerEntry, ServiceEntry } from '../allowlist/allowlist.ts';
import { hasWildcard, parseArn } from '../arn.ts';
import type { InvokeAction } from '../evaluator/request.ts';
import type { PolicyStatement } from '../policy/document.ts';
import { containsPattern } from './arn-pattern.ts';
import type { Grant, GrantCondition, GrantPrincipal } from './grant.ts';
import type { SentSourceKeys } from './source-keys.ts';

/** The conditions that AddPermission can say, by the name of its parameter. */
export interface PermissionTerms {
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
  readonly principalOrgID?: string;
  readonly eventSourceToken?: string;
  readonly functionUrlAuthType?: string;
  readonly invokedViaFunctionUrl?: string;
}

/** One principal with its terms, and how it stands to the grant that it is cut from. */
export type Narrowing =
  | {
      readonly kind: 'narrowed';
      /** `same` where the grant is no wider than the entry: there is nothing to cut off. */
      readonly width: 'same' | 'narrower';
      readonly principal: GrantPrincipal;
      readonly terms: PermissionTerms;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'stays'; readonly why: string };

/**
 * Reads a grant's conditions as parameters of AddPermission, or `undefined` where they say something else. A source
 * ARN is stored as `ArnLike`, so another operator passes only where it means the same.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export function readTerms(conditions: readonly GrantCondition[]): PermissionTerms | undefined {
  const terms: Record<string, string> = {};
  for (const { operator, key, values } of conditions) {
    const name = TERM_OF_KEY.get(key);
    const [value, ...others] = values;
    if (name === undefined || value === undefined || others.length > 0 || name in terms) return undefined;
    if (!isStoredOperator(name, operator, value)) return undefined;
    terms[name] = value;
  }
  return terms;
}

const TERM_OF_KEY: ReadonlyMap<string, keyof PermissionTerms> = new Map([
  ['aws:sourcearn', 'sourceArn'],
  ['aws:sourceaccount', 'sourceAccount'],
  ['aws:principalorgid', 'principalOrgID'],
  ['lambda:eventsourcetoken', 'eventSourceToken'],
  ['lambda:functionurlauthtype', 'functionUrlAuthType'],
  ['lambda:invokedviafunctionurl', 'invokedViaFunctionUrl'],
]);

function isStoredOperator(name: keyof PermissionTerms, operator: string, value: string): boolean {
  if (name === 'invokedViaFunctionUrl') return operator === 'Bool' && value.toLowerCase() === 'true';
  if (name !== 'sourceArn') return operator === 'StringEquals';
  if (operator === 'ArnLike' || operator === 'ArnEquals') return true;
  const arn = parseArn(value);
  if (arn === undefined) return false;
  if (operator === 'StringEquals') return !hasWildcard(value);
  // A wildcard before the resource would reach over a colon in StringLike, and not in ArnLike.
  return operator === 'StringLike' && !hasWildcard(value.slice(0, value.length - arn.resource.length));
}

/** Cuts one principal of a grant, for one action, down to what one entry lists. */
export function narrowPrincipal(
  principal: GrantPrincipal,
  action: InvokeAction,
  terms: PermissionTerms,
  entry: InvokerEntry,
  ownAccount: string,
  sent: SentSourceKeys,
): Narrowing {
  if (principal.kind === 'other') return stay('its principal is not understood');
  switch (entry.kind) {
    case 'role':
      return narrowToPrincipal(principal, terms, entry.role, ownAccount);
    case 'user':
      return narrowToPrincipal(principal, terms, entry.user, ownAccount);
    case 'account':
      if (principal.kind !== 'anyone') return keepPrincipal(principal, terms);
      if (entry.account === ownAccount) {
        return stay("a grant to the function's own account does not serve whom a grant to everybody serves");
      }
      return cut({ kind: 'account', account: entry.account }, terms);
    case 'service':
      return narrowToService(principal, terms, entry, sent);
    case 'functionUrl':
      return narrowToPublicUrl(principal, action, terms);
    case 'eventSourceMapping':
      return stay('no policy governs event source mappings');
  }
}

function stay(why: string): Narrowing {
  return { kind: 'stays', why };
}

function cut(principal: GrantPrincipal, terms: PermissionTerms, notes: readonly string[] = []): Narrowing {
  return { kind: 'narrowed', width: 'narrower', principal, terms, notes };
}

function keepPrincipal(principal: GrantPrincipal, terms: PermissionTerms): Narrowing {
  return { kind: 'narrowed', width: 'same', principal, terms, notes: [] };
}

function narrowToPrincipal(
  principal: GrantPrincipal,
  terms: PermissionTerms,
  listed: string,
  ownAccount: string,
): Narrowing {
  if (principal.kind === 'iam') return keepPrincipal(principal, terms);
  if (hasWildcard(listed)) return stay(`AddPermission cannot name \`${listed}\`, which has a wildcard`);
  if (principal.kind === 'account' && principal.account === ownAccount) {
    return stay("a grant to the function's own account lets in only whom identity policies let in anyway");
  }
  const bounded = listed.includes(':role/')
    ? [`sessions of ${listed} with a permissions boundary or session policy need it to allow the call`]
    : [];
  return cut({ kind: 'iam', arn: listed }, terms, principal.kind === 'anyone' ? bounded : []);
}

function narrowToService(
  principal: GrantPrincipal,
  terms: PermissionTerms,
  entry: ServiceEntry,
  sent: SentSourceKeys,
): Narrowing {
  if (principal.kind === 'service' && principal.service !== entry.service) {
    return stay(`\`${principal.service}\` and \`${entry.service}\` may be the same caller`);
  }
  const narrowed: { sourceArn?: string; sourceAccount?: string } = {};
  const notes: string[] = [];
  if (entry.sourceArn !== undefined && entry.sourceArn !== terms.sourceArn) {
    if (terms.sourceArn === undefined) {
      if (sent.sourceArn === 'always') narrowed.sourceArn = entry.sourceArn;
      else notes.push(noteUnsent(entry.service, 'aws:SourceArn'));
    } else if (containsPattern(terms.sourceArn, entry.sourceArn)) narrowed.sourceArn = entry.sourceArn;
    else if (!containsPattern(entry.sourceArn, terms.sourceArn))
      return stay('its source ARN meets the list only in part');
  }
  if (entry.sourceAccount !== undefined && terms.sourceAccount === undefined) {
    if (sent.sourceAccount === 'always') narrowed.sourceAccount = entry.sourceAccount;
    else notes.push(noteUnsent(entry.service, 'aws:SourceAccount'));
  }
  const width =
    principal.kind === 'service' && Object.keys(narrowed).length === 0
      ? ('same' as const)
      : ('narrower' as const);
  const service: GrantPrincipal = { kind: 'service', service: entry.service };
  return { kind: 'narrowed', width, principal: service, terms: { ...terms, ...narrowed }, notes };
}

function noteUnsent(service: string, key: string): string {
  return `source not enforced when ${service} does not send ${key}: the grant for it stays without that condition`;
}

function narrowToPublicUrl(
  principal: GrantPrincipal,
  action: InvokeAction,
  terms: PermissionTerms,
): Narrowing {
  if (action === 'lambda:InvokeFunctionUrl') {
    if (terms.functionUrlAuthType === 'NONE') return keepPrincipal(principal, terms);
    return cut(principal, { ...terms, functionUrlAuthType: 'NONE' });
  }
  if (terms.invokedViaFunctionUrl !== undefined) return keepPrincipal(principal, terms);
  return stay('the public function URL may need it');
}

/** Writes a grant as AddPermission stores it, without Sid. */
export function writeGrant(
  principal: GrantPrincipal,
  action: InvokeAction,
  terms: PermissionTerms,
  resourceArn: string,
): PolicyStatement {
  const arn = terms.sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': terms.sourceArn } };
  const equals = {
    ...(terms.sourceAccount === undefined ? {} : { 'AWS:SourceAccount': terms.sourceAccount }),
    ...(terms.principalOrgID === undefined ? {} : { 'aws:PrincipalOrgID': terms.principalOrgID }),
    ...(terms.eventSourceToken === undefined ? {} : { 'lambda:EventSourceToken': terms.eventSourceToken }),
    ...(terms.functionUrlAuthType === undefined
      ? {}
      : { 'lambda:FunctionUrlAuthType': terms.functionUrlAuthType }),
  };
  const flag =
    terms.invokedViaFunctionUrl === undefined ? {} : { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } };
  const condition = {
    ...(Object.keys(equals).length === 0 ? {} : { StringEquals: equals }),
    ...arn,
    ...flag,
  };
  return {
    Effect: 'Allow',
    Principal: writePrincipal(principal, resourceArn),
    Action: action,
    Resource: resourceArn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function writePrincipal(principal: GrantPrincipal, resourceArn: string): unknown {
  switch (principal.kind) {
    case 'anyone':
      return '*';
    case 'account':
      return { AWS: `arn:${parseArn(resourceArn)?.partition ?? 'aws'}:iam::${principal.account}:root` };
    case 'iam':
      return { AWS: principal.arn };
    case 'service':
      return { Service: principal.service };
    case 'other':
      return { AWS: principal.text };
  }
}

/** Every principal and action of a grant, one by one, as AddPermission would have to say them. */
export function listPairs(grant: Grant): readonly (readonly [GrantPrincipal, InvokeAction])[] {
  return grant.principals.flatMap((principal) => grant.actions.map((action) => [principal, action] as const));
}
