import type { Allowlist } from '../allowlist/allowlist.ts';
import { hasWildcard } from '../arn.ts';
import type { IdentityAction } from '../change/change.ts';
import { IDENTITY_CALLS } from '../change/identity-action.ts';
import { LAMBDA_VERBS } from '../change/lambda-action.ts';
import { cutName, listIdentities } from '../change/listed-identity.ts';
import { NOTIFICATION_CALLS, NOTIFICATION_KEYS, NOTIFIED_KEYS } from '../change/notification-action.ts';
import type { JsonObject } from '../json.ts';
import { readRecordedName } from '../record/function-reference.ts';
import { measure } from './event-pattern.ts';

/** What the patterns for changes depend on. */
export interface ChangeTerms {
  readonly allowlist: Allowlist;
  /** The unqualified ARNs of the guard's own functions: who touches them is told another way. */
  readonly exclude: readonly string[];
  /**
   * IAM's events reach one Region of each partition, such as us-east-1.
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
   */
  readonly iamEvents: 'here' | 'elsewhere';
  /** Characters that one pattern may have. */
  readonly characters: number;
}

/**
 * Composes the patterns for management events that the guard judges as they happen: every change of a function that the
 * core knows, by the core's own tables, and changes of roles and users that an entry may name. Attempts that failed are
 * among them.
 *
 * INVARIANT: every record that `parseChange` reads as such a change matches one of them, apart from the guard's own
 * functions where they are named by their bare names or ARNs. They match a little more: calls whose names begin alike
 * (`DeleteFunctionEventInvokeConfig`), a bucket that notifies something that is no function, and roles and users that
 * only have the name of a listed one, or none in the record.
 */
export function composeChangePatterns(terms: ChangeTerms): readonly JsonObject[] {
  const patterns = [composeFunctionChanges(terms.exclude), composeNotifications()];
  if (terms.iamEvents === 'elsewhere') return patterns;
  return [...patterns, ...composeIdentityChanges('role', terms), ...composeIdentityChanges('user', terms)];
}

const API_CALL = 'AWS API Call via CloudTrail';

/** Lambda's own events (`LambdaESMDisabled`) come as service events; CloudTrail tells no parameters of them. */
const SERVICE_EVENT = 'AWS Service Event via CloudTrail';

function wrap(service: string, detailTypes: readonly string[], detail: JsonObject): JsonObject {
  return {
    source: [`aws.${service}`],
    'detail-type': detailTypes,
    detail: { eventSource: [`${service}.amazonaws.com`], ...detail },
  };
}

/** Names of Lambda's API count with and without version suffix, so they are told by how they begin. */
function composeFunctionChanges(exclude: readonly string[]): JsonObject {
  const shortest = LAMBDA_VERBS.filter(
    (verb) => !LAMBDA_VERBS.some((other) => other !== verb && verb.startsWith(other)),
  );
  const own = [...exclude.map(readRecordedName), ...exclude];
  return wrap('lambda', [API_CALL, SERVICE_EVENT], {
    eventName: shortest.map((prefix) => ({ prefix })),
    ...(own.length === 0
      ? {}
      : { requestParameters: { functionName: [{ 'anything-but': own }, { exists: false }] } }),
  });
}

/** A pattern looks through lists, so one configuration and several are told alike. */
function composeNotifications(): JsonObject {
  const targets = NOTIFICATION_KEYS.flatMap((key) => NOTIFIED_KEYS.map((target) => ({ key, target })));
  return wrap('s3', [API_CALL], {
    eventName: NOTIFICATION_CALLS,
    $or: targets.map(({ key, target }) => ({
      requestParameters: { NotificationConfiguration: { [key]: { [target]: [{ exists: true }] } } },
    })),
  });
}

/** More patterns than this for roles, or for users, are not worth their rules: one for all names stands for them. */
const MOST_PATTERNS = 2;

/**
 * The changes of listed roles or users; none where no entry names any. An entry whose last part has a wildcard may name
 * any role: what stands before the wildcard can be the beginning of a path, and the name anything. Accounts do not
 * change their roles so often that these records would cost anything.
 */
function composeIdentityChanges(
  identity: IdentityAction['identity'],
  { allowlist, characters }: ChangeTerms,
): readonly JsonObject[] {
  const listed = listIdentities(allowlist, identity).map(({ pattern }) => cutName(pattern));
  if (listed.length === 0) return [];
  const everybody = [writeIdentities(identity, 'any')];
  if (listed.some(hasWildcard)) return everybody;
  const packs = packNames([...new Set(listed)].sort(), (names) =>
    measure(writeIdentities(identity, names)) <= characters ? 'fits' : 'tooLong',
  );
  return packs.length > MOST_PATTERNS ? everybody : packs.map((names) => writeIdentities(identity, names));
}

/**
 * A record without a name may be about a listed one, or about the caller's own keys: it matches too. IAM keeps no two
 * names apart by their case.
 */
function writeIdentities(identity: IdentityAction['identity'], names: readonly string[] | 'any'): JsonObject {
  const eventName = Object.keys(IDENTITY_CALLS[identity]);
  if (names === 'any') return wrap('iam', [API_CALL], { eventName });
  const tests = names.map((name) => ({ 'equals-ignore-case': name }));
  const named = { requestParameters: { [`${identity}Name`]: [...tests, { exists: false }] } };
  return wrap('iam', [API_CALL], {
    eventName,
    ...(identity === 'role' ? named : { $or: [named, { requestParameters: { newUserName: tests } }] }),
  });
}

function packNames(
  names: readonly string[],
  measureNames: (names: readonly string[]) => 'fits' | 'tooLong',
): readonly (readonly string[])[] {
  const packs: string[][] = [];
  for (const name of names) {
    const last = packs.at(-1);
    if (last !== undefined && measureNames([...last, name]) === 'fits') last.push(name);
    else packs.push([name]);
  }
  return packs;
}
