import type { InvokerEntry } from '../allowlist/allowlist.ts';
import { hasWildcard, isAccountId, parseArn } from '../arn.ts';
import type { Grant, GrantCondition, GrantPrincipal } from '../plan/grant.ts';
import { mayServeThrough } from '../plan/grant-reach.ts';
import { listPairs, narrowPrincipal, type PermissionTerms, readTerms } from '../plan/narrowed-grant.ts';
import type { SentSourceKeys } from '../plan/source-keys.ts';
import { printSafely } from '../text.ts';

/** Lists in a statement may be long, and all their combinations longer than anybody waits. */
const MAX_COMBINATIONS = 2_000;

/** A grant that does not ask for a listed source lets in others, whatever the service sends. */
const ALWAYS_SENT: SentSourceKeys = { sourceArn: 'always', sourceAccount: 'always' };

/**
 * Finds whom a grant lets in beyond the entries, in words for people; `undefined` where it is no wider than they are.
 * Each principal of it, with each value that its conditions accept, has to be covered by one entry, as the plan for
 * single grants covers them. Where an entry is narrowed to places, its caller counts as listed.
 * @param entries live ones, focused on the policy that the grant stands in
 */
export function findUnlisted(
  grant: Grant,
  entries: readonly InvokerEntry[],
  resourceArn: string,
): string | undefined {
  const ownAccount = parseArn(resourceArn)?.account ?? '';
  const cases = splitConditions(grant.conditions);
  const pairs = listPairs(grant);
  if (cases === undefined || cases.length * pairs.length > MAX_COMBINATIONS) {
    return 'more callers than can be compared with the list';
  }
  for (const [named, action] of pairs) {
    for (const conditions of cases) {
      const principal = narrowByKey(named, conditions);
      const left = conditions.filter((condition) => !isAnswered(condition, principal));
      const terms = completeTerms(readTerms(left));
      const covered =
        terms !== undefined &&
        entries.some((entry) => {
          if (!mayServeThrough(principal, conditions, entry)) return false;
          const cut = narrowPrincipal(principal, action, terms, entry, ownAccount, ALWAYS_SENT);
          return cut.kind === 'narrowed' && cut.width === 'same';
        });
      if (!covered) return describeAdmitted(principal, conditions);
    }
  }
  return undefined;
}

/** One list of conditions for each combination of values that the grant accepts. */
function splitConditions(
  conditions: readonly GrantCondition[],
): readonly (readonly GrantCondition[])[] | undefined {
  let cases: readonly (readonly GrantCondition[])[] = [[]];
  for (const condition of conditions) {
    const single = condition.values.map((value) => ({ ...condition, values: [value] }));
    if (cases.length * single.length > MAX_COMBINATIONS) return undefined;
    cases = cases.flatMap((before) => single.map((one) => [...before, one]));
  }
  return cases;
}

const NAMES_ONE = /^(StringEquals|ArnEquals|ArnLike)$/;

/** Everybody, as long as it is this one role, user or account, is that role, user or account. */
function narrowByKey(principal: GrantPrincipal, conditions: readonly GrantCondition[]): GrantPrincipal {
  if (principal.kind !== 'anyone') return principal;
  for (const { operator, key, values } of conditions) {
    const [value = ''] = values;
    if (!NAMES_ONE.test(operator) || hasWildcard(value)) continue;
    if (key === 'aws:principalarn' && /^arn:[^:]+:iam::\d{12}:(role|user)\//.test(value))
      return { kind: 'iam', arn: value };
    if (key === 'aws:principalaccount' && isAccountId(value)) return { kind: 'account', account: value };
    if (key === 'aws:principalservicename') return { kind: 'service', service: value };
  }
  return principal;
}

/** A condition that says no more than the principal says. */
function isAnswered({ key, operator, values }: GrantCondition, principal: GrantPrincipal): boolean {
  const [value] = values;
  if (!NAMES_ONE.test(operator)) return false;
  switch (principal.kind) {
    case 'iam':
      return key === 'aws:principalarn' && value === principal.arn;
    case 'account':
      return key === 'aws:principalaccount' && value === principal.account;
    case 'service':
      return key === 'aws:principalservicename' && value === principal.service;
    case 'anyone':
    case 'other':
      return false;
  }
}

/** A source ARN with an account in it says the account too; that of a bucket does not. */
function completeTerms(terms: PermissionTerms | undefined): PermissionTerms | undefined {
  const account = parseArn(terms?.sourceArn ?? '')?.account ?? '';
  if (terms === undefined || terms.sourceAccount !== undefined || !isAccountId(account)) return terms;
  return { ...terms, sourceAccount: account };
}

const MOST_CHARACTERS = 200;

/** Names whom a principal lets in, safe to print: others wrote the policy. */
function describeAdmitted(principal: GrantPrincipal, conditions: readonly GrantCondition[] = []): string {
  const text = [describePrincipal(principal), ...conditions.flatMap(describeCondition)].join(', ');
  return printSafely(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
}

function describePrincipal(principal: GrantPrincipal): string {
  switch (principal.kind) {
    case 'anyone':
      return 'everybody';
    case 'account':
      return `the account ${principal.account}`;
    case 'iam':
      return principal.arn;
    case 'service':
      return principal.service;
    case 'other':
      return `\`${principal.text}\``;
  }
}

function describeCondition({ key, values }: GrantCondition): readonly string[] {
  const words = CONDITION_WORDS.get(key);
  return words === undefined ? [] : [`${words} ${values.join(' or ')}`];
}

const CONDITION_WORDS: ReadonlyMap<string, string> = new Map([
  ['aws:sourcearn', 'for'],
  ['aws:sourceaccount', 'for the account'],
  ['aws:principalorgid', 'of the organization'],
  ['lambda:functionurlauthtype', 'through a function URL with AuthType'],
]);
