import { type Allowlist, isLive } from '../allowlist/allowlist.ts';
import { matchArn, matchWildcard, parseArn } from '../arn.ts';
import { parseEventTime } from '../record/event-time.ts';
import { printSafely } from '../text.ts';
import type { ConfigurationChange, IdentityAction } from './change.ts';
import { type ChangeDecision, closes, neutral, opens } from './change-verdict.ts';
import { cutName, listNamesakes } from './listed-identity.ts';

/** Judges a change of a role or a user by whether an entry of the allowlist names it, of any function or break-glass. */
export function judgeIdentity(
  action: IdentityAction,
  { eventTime }: Pick<ConfigurationChange, 'eventTime'>,
  allowlist: Allowlist,
): ChangeDecision {
  const { identity, step, name } = action;
  if (name === null) {
    return opens(`may let somebody act as a listed caller: the record does not tell which ${identity}`);
  }
  if (!namesListed(action, { eventTime }, allowlist)) {
    return neutral(`no entry of the allowlist names this ${identity}`);
  }
  const who = `the ${identity} \`${printSafely(name)}\`, which the allowlist names`;
  switch (step) {
    case 'trustChanged':
      return opens(`changes who may act as ${who}: somebody else may then call as a listed caller`);
    case 'created':
      return opens(`makes ${who}: where it was deleted before, whoever makes it again gets its place`);
    case 'renamed':
      return opens(`gives a user the name or path of ${who}`);
    case 'credentialsChanged':
      return opens(`makes or changes credentials of ${who}: whoever holds them calls as a listed caller`);
    case 'deleted':
      return closes(`deletes ${who}; whoever makes it again gets its place`);
  }
}

/**
 * Decides whether an entry that counts at that time names the role or user, or may name it. Most records tell no path:
 * then the last part of the entry's ARN counts, and a wildcard in it does not stand for a path. IAM keeps no two names
 * apart that differ in case only, so neither does this.
 */
function namesListed(
  { identity, name, arn, account }: IdentityAction,
  { eventTime }: Pick<ConfigurationChange, 'eventTime'>,
  allowlist: Allowlist,
): boolean {
  const atMs = parseEventTime(eventTime);
  return listNamesakes(allowlist, identity, name).some(({ entry, pattern }) => {
    // At an unknown time every entry counts: in doubt it is told.
    if (!Number.isNaN(atMs) && !isLive(entry, atMs)) return false;
    if (arn !== null) return matchArn(pattern.toLowerCase(), arn.toLowerCase());
    const listed = parseArn(pattern);
    if (listed === undefined || (account !== null && listed.account !== account)) return false;
    return name === null || matchWildcard(cutName(listed.resource).toLowerCase(), name.toLowerCase());
  });
}

/**
 * Whether a change is one of those that the allowlist has to do with. Accounts make and delete roles all day: a search
 * through logs tells only those of roles and users that an entry may name.
 */
export function concernsAllowlist(
  { action, eventTime }: ConfigurationChange,
  allowlist: Allowlist,
): 'concerns' | 'passesBy' {
  return action.kind !== 'identity' || namesListed(action, { eventTime }, allowlist)
    ? 'concerns'
    : 'passesBy';
}
