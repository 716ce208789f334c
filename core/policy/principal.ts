import { hasWildcard, isAccountId, matchWildcard, parseArn } from '../arn.ts';
import type { RequestPrincipal } from '../evaluator/request.ts';
import { isJsonObject } from '../json.ts';
import { beUnsure, decideMatch, MATCH, type Match, matchAny, matchEach, NO_MATCH } from './match.ts';
import { readList } from './value-list.ts';

/** How a `Principal` element reaches a caller: by its own name (or `*`), and by naming its whole account. */
export interface PrincipalMatch {
  readonly directly: Match;
  /** Naming an account delegates to that account's own policies instead of granting by itself. */
  readonly byAccount: Match;
}

/**
 * Decides whom a `Principal` element names. A role's ARN names its sessions. The text `*` names everybody, services
 * included; `{"AWS": "*"}` names everybody but is unsure for services: AWS calls the two equal for anonymous callers
 * only. Parts of names cannot be wildcards.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function matchPrincipal(element: unknown, principal: RequestPrincipal): PrincipalMatch {
  if (element === '*') return { directly: MATCH, byAccount: NO_MATCH };
  if (!isJsonObject(element) || Object.keys(element).length === 0) {
    return { directly: beUnsure('a principal that is neither `*` nor a map'), byAccount: NO_MATCH };
  }
  const found: PrincipalMatch[] = [];
  for (const [type, names] of Object.entries(element)) {
    const list = readList(names);
    if (list.length === 0) found.push(reach(beUnsure('a principal that names nobody')));
    for (const name of list) found.push(matchName(type, name, principal));
  }
  return {
    directly: matchAny(matchEach(found, ({ directly }) => directly)),
    byAccount: matchAny(matchEach(found, ({ byAccount }) => byAccount)),
  };
}

/**
 * Decides whom a `NotPrincipal` element leaves: everybody whom it does not name. A role or user is spared only with
 * its account named beside it, as AWS asks; without, or with the account alone, it is unsure. Permissions boundaries,
 * which void the exception, are not modelled.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
export function matchNotPrincipal(element: unknown, principal: RequestPrincipal): Match {
  const { directly, byAccount } = matchPrincipal(element, principal);
  if (directly.kind === 'unsure') return directly;
  if (byAccount.kind === 'unsure') return byAccount;
  if (directly.kind === 'noMatch' && byAccount.kind === 'noMatch') return MATCH;
  const accountCounts = element !== '*' && ['role', 'user', 'federated'].includes(principal.kind);
  if (!accountCounts || (directly.kind === 'match' && byAccount.kind === 'match')) return NO_MATCH;
  return beUnsure('a NotPrincipal that does not name both the caller and its account');
}

function reach(directly: Match, byAccount: Match = NO_MATCH): PrincipalMatch {
  return { directly, byAccount };
}

function matchName(type: string, name: unknown, principal: RequestPrincipal): PrincipalMatch {
  if (typeof name !== 'string') return reach(beUnsure('a principal that is not text'));
  const isSession = principal.kind === 'role' || principal.kind === 'federated';
  switch (type) {
    case 'AWS':
      return matchAws(name, principal);
    case 'Service':
      return reach(matchService(name, principal));
    case 'Federated':
      return reach(isSession ? beUnsure('a Federated principal outside a trust policy') : NO_MATCH);
    case 'CanonicalUser':
      return reach('account' in principal ? beUnsure('a CanonicalUser principal') : NO_MATCH);
    default:
      return reach(beUnsure(`the principal type \`${type}\``));
  }
}

function matchService(name: string, principal: RequestPrincipal): Match {
  if (principal.kind !== 'service' || name === principal.service)
    return decideMatch(principal.kind === 'service');
  const wild = hasWildcard(name) && matchWildcard(name, principal.service);
  if (wild) return beUnsure(`the service principal \`${name}\`, which cannot hold a wildcard`);
  // CloudWatch Logs is known to ask with its global and its regional name at once.
  return isRegionalForm(name, principal.service) || isRegionalForm(principal.service, name)
    ? beUnsure(`the service principal \`${name}\` for a caller known as \`${principal.service}\``)
    : NO_MATCH;
}

/** True for `logs.eu-west-1.amazonaws.com` against `logs.amazonaws.com`. */
function isRegionalForm(regional: string, global: string): boolean {
  const parts = regional.split('.');
  return parts.length > 3 && [parts[0], ...parts.slice(2)].join('.') === global;
}

function matchAws(name: string, principal: RequestPrincipal): PrincipalMatch {
  if (name === '*') {
    return reach(principal.kind === 'service' ? beUnsure('`{"AWS": "*"}` for a service') : MATCH);
  }
  if (!('account' in principal)) return reach(NO_MATCH);
  const account = readAccount(name);
  if (account !== undefined) {
    if (account !== principal.account) return reach(NO_MATCH);
    return principal.kind === 'root' ? reach(MATCH, MATCH) : reach(NO_MATCH, MATCH);
  }
  const own = listNames(principal);
  if (own.includes(name)) return reach(MATCH);
  if (hasWildcard(name) && own.some((text) => matchWildcard(name, text))) {
    return reach(beUnsure(`the principal \`${name}\`, which cannot hold a wildcard`));
  }
  // A federated user acts for a user (or root) whose name its own ARN does not tell.
  if (principal.kind !== 'federated') return reach(NO_MATCH);
  const arn = parseArn(name);
  if (arn?.account === principal.account && arn.resource.startsWith('user/')) {
    return reach(beUnsure(`the user \`${name}\`, who may have federated this session`));
  }
  return reach(NO_MATCH);
}

/** The account that a principal stands for where it names a whole account. */
function readAccount(name: string): string | undefined {
  if (name.length === 12) return isAccountId(name) ? name : undefined;
  if (!name.endsWith(':root')) return undefined;
  return /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(name)?.[1];
}

function listNames(
  principal: Exclude<RequestPrincipal, { kind: 'service' | 'anonymous' }>,
): readonly string[] {
  switch (principal.kind) {
    case 'role':
      return [principal.roleArn, principal.sessionArn];
    case 'user':
      return [principal.userArn];
    case 'federated':
      return [principal.arn];
    case 'root':
      return [];
  }
}
