import type { InvokerEntry, ServiceEntry } from '../allowlist/allowlist.ts';
import { matchArn, parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { readCallerAccount } from '../caller/caller.ts';
import { overlapsPattern, overlapsText } from './arn-pattern.ts';
import type { Grant, GrantCondition, GrantPrincipal } from './grant.ts';
import { EXEMPT_SERVICE } from './guard-conditions.ts';

/**
 * Decides whether a grant may serve a caller that an entry lists. `false` only where that is certain, whatever
 * condition keys a request carries.
 */
export function mayServeEntry(grant: Grant, entry: InvokerEntry): boolean {
  return grant.principals.some((principal) => mayServeThrough(principal, grant.conditions, entry));
}

/** `mayServeEntry` for one principal of a grant. */
export function mayServeThrough(
  principal: GrantPrincipal,
  conditions: readonly GrantCondition[],
  entry: InvokerEntry,
): boolean {
  return mayNameEntry(principal, entry) && !conditions.some((condition) => excludesEntry(condition, entry));
}

/** Lambda's own calls are exempt from the guards, so a grant for Lambda always counts as serving a listed caller. */
export function servesExemptService(grant: Grant): boolean {
  return grant.principals.some(
    (principal) => principal.kind === 'service' && principal.service === EXEMPT_SERVICE,
  );
}

function mayNameEntry(principal: GrantPrincipal, entry: InvokerEntry): boolean {
  if (entry.kind === 'eventSourceMapping') return false;
  switch (principal.kind) {
    case 'anyone':
    case 'other':
      return true;
    case 'account':
      return readEntryAccount(entry) === principal.account;
    case 'iam':
      if (entry.kind === 'role') return matchArn(entry.role, principal.arn);
      if (entry.kind === 'user') return matchArn(entry.user, principal.arn);
      return entry.kind === 'account' && parseArn(principal.arn)?.account === entry.account;
    case 'service':
      return entry.kind === 'service' && isSameFamily(principal.service, entry.service);
  }
}

/**
 * Services have regional names beside the global one, and AWS puts both into one decision, so
 * `logs.eu-west-1.amazonaws.com` and `logs.amazonaws.com` may be one caller.
 */
function isSameFamily(left: string, right: string): boolean {
  return left === right || left.split('.')[0] === right.split('.')[0];
}

function readEntryAccount(entry: InvokerEntry): string | undefined {
  switch (entry.kind) {
    case 'role':
      return parseArn(entry.role)?.account;
    case 'user':
      return parseArn(entry.user)?.account;
    case 'account':
      return entry.account;
    case 'service':
    case 'eventSourceMapping':
    case 'functionUrl':
      return undefined;
  }
}

/** True where no request of a caller that the entry lists can meet the condition. */
function excludesEntry(condition: GrantCondition, entry: InvokerEntry): boolean {
  // With IfExists an absent key matches, and negated operators are true for most values: neither excludes anybody.
  if (!DEMANDS_VALUE.test(condition.operator)) return false;
  const { values } = condition;
  // Text comparison takes a pattern for wider than it is where a literal `*` is meant: that only keeps a grant.
  const disjoint = (pattern: string, arn: boolean): boolean =>
    !values.some((value) => (arn ? overlapsPattern(pattern, value) : overlapsText(pattern, value)));
  switch (condition.key) {
    case 'aws:sourcearn':
      return (
        entry.kind === 'service' &&
        entry.sourceArn !== undefined &&
        disjoint(entry.sourceArn, isArn(condition))
      );
    case 'aws:sourceaccount':
      return (
        entry.kind === 'service' && entry.sourceAccount !== undefined && disjoint(entry.sourceAccount, false)
      );
    case 'aws:principalservicename':
      return entry.kind !== 'service' || disjoint(entry.service, false);
    case 'aws:principalarn':
      if (entry.kind === 'role') return disjoint(entry.role, isArn(condition));
      if (entry.kind === 'user') return disjoint(entry.user, isArn(condition));
      return entry.kind === 'functionUrl';
    case 'aws:principalaccount': {
      const account = readEntryAccount(entry);
      return account !== undefined && disjoint(account, false);
    }
    case 'lambda:functionurlauthtype':
      // With AuthType NONE nobody is authenticated: every caller is anonymous.
      if (entry.kind === 'functionUrl') return disjoint('NONE', false);
      return values.every((value) => value === 'NONE');
    default:
      return false;
  }
}

const DEMANDS_VALUE = /^(StringEquals|StringLike|ArnEquals|ArnLike)$/;

function isArn(condition: GrantCondition): boolean {
  return condition.operator.startsWith('Arn');
}

/** Decides whether a grant demands a source key: a call without it is not served. */
export function demandsKey(grant: Grant, key: 'aws:sourcearn' | 'aws:sourceaccount'): boolean {
  return grant.conditions.some(
    (condition) => condition.key === key && DEMANDS_VALUE.test(condition.operator),
  );
}

/** Decides whether a grant may serve some listed service entry. */
export function mayServeService(grant: Grant, entries: readonly ServiceEntry[]): boolean {
  return entries.some((entry) => mayServeEntry(grant, entry));
}

/** Decides whether a grant certainly let this caller in: it names the caller, and what it asks for is known to hold. */
export function admitsCaller(grant: Grant, caller: Caller): boolean {
  return (
    grant.principals.some((principal) => namesCaller(principal, caller)) &&
    grant.conditions.every((condition) => holdsForCaller(condition, caller))
  );
}

/** Decides whether a principal of a grant names this caller. */
export function namesCaller(principal: GrantPrincipal, caller: Caller): boolean {
  switch (principal.kind) {
    case 'anyone':
      return caller.kind !== 'unknown' && caller.kind !== 'eventSourceMapping';
    case 'account':
      return readCallerAccount(caller) === principal.account;
    case 'iam':
      return (
        (caller.kind === 'role' && caller.roleArn === principal.arn) ||
        (caller.kind === 'user' && caller.userArn === principal.arn)
      );
    case 'service':
      return caller.kind === 'service' && caller.service === principal.service;
    case 'other':
      return false;
  }
}

function holdsForCaller(condition: GrantCondition, caller: Caller): boolean {
  const known = readCallerKey(condition.key, caller);
  const operator = condition.operator.replace(/IfExists$/, '');
  if (known === undefined) return false;
  switch (operator) {
    case 'StringEquals':
      return condition.values.includes(known);
    case 'StringLike':
      return condition.values.some((value) => overlapsText(value, known));
    case 'ArnLike':
    case 'ArnEquals':
      return condition.values.some((value) => matchArn(value, known));
    default:
      return false;
  }
}

function readCallerKey(key: string, caller: Caller): string | undefined {
  switch (key) {
    case 'aws:sourcearn':
      return caller.kind === 'service' ? caller.sourceArn : undefined;
    case 'aws:sourceaccount':
      return caller.kind === 'service' ? caller.sourceAccount : undefined;
    case 'aws:principalservicename':
      return caller.kind === 'service' ? caller.service : undefined;
    case 'aws:principalaccount':
      return caller.kind === 'anonymous' ? 'anonymous' : readCallerAccount(caller);
    case 'aws:principalarn':
      return caller.kind === 'role' ? caller.roleArn : caller.kind === 'user' ? caller.userArn : undefined;
    case 'lambda:functionurlauthtype':
      return caller.kind === 'anonymous' ? 'NONE' : undefined;
    default:
      return undefined;
  }
}
