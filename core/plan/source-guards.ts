import type { ServiceEntry } from '../allowlist/allowlist.ts';
import { containsPattern } from './arn-pattern.ts';
import type { SentSourceKeys } from './source-keys.ts';

/** The `Condition` of a guard: every operator and key has to match for the Deny to apply. */
export type GuardCondition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

const ARN_KEY = 'aws:SourceArn';
const ACCOUNT_KEY = 'aws:SourceAccount';

/**
 * The conditions under which a call by a listed service comes from a source that no entry lists: the exact
 * complement of the entries, one Deny for each condition. Empty where an entry lists the service whole.
 *
 * A source key that the service is not known to send is only judged when it is there: a listed caller wins in doubt.
 * The absent-safe test is `Null: false` beside the negated operator, because a negated operator matches an absent
 * key with and without `IfExists`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function buildSourceGuards(
  entries: readonly ServiceEntry[],
  sent: SentSourceKeys,
): readonly GuardCondition[] {
  const sources = readSources(entries);
  if (sources === 'whole') return [];
  const { freeArns, arnsByAccount, wholeAccounts } = sources;
  const accounts = [...arnsByAccount.keys(), ...wholeAccounts].sort();
  if (accounts.length === 0) return [refuseOtherArns(freeArns, sent, {})];
  const guards: GuardCondition[] = [];
  for (const [alike, arns] of groupAccounts(arnsByAccount)) {
    const ofAccounts = { StringEquals: { [ACCOUNT_KEY]: alike } };
    guards.push(refuseOtherArns([...arns, ...freeArns].sort(), sent, ofAccounts));
  }
  guards.push(refuseOtherAccounts(accounts, freeArns, sent));
  if (sent.sourceAccount === 'perhaps' && wholeAccounts.length === 0) {
    const all = new Set([...freeArns, ...[...arnsByAccount.values()].flat()]);
    guards.push(refuseOtherArns([...all].sort(), sent, { Null: { [ACCOUNT_KEY]: 'true' } }));
  }
  return guards;
}

interface ListedSources {
  /** ARN patterns that are listed whatever the source account. */
  readonly freeArns: readonly string[];
  /** ARN patterns that are listed for one source account; without those that another entry makes redundant. */
  readonly arnsByAccount: ReadonlyMap<string, readonly string[]>;
  readonly wholeAccounts: readonly string[];
}

function readSources(entries: readonly ServiceEntry[]): ListedSources | 'whole' {
  const free = new Set<string>();
  const whole = new Set<string>();
  for (const { sourceArn, sourceAccount } of entries) {
    if (sourceAccount !== undefined && sourceArn === undefined) whole.add(sourceAccount);
    else if (sourceAccount === undefined && sourceArn !== undefined) free.add(sourceArn);
    else if (sourceAccount === undefined) return 'whole';
  }
  const freeArns = dropContained([...free]);
  const bound = new Map<string, Set<string>>();
  for (const { sourceArn, sourceAccount } of entries) {
    if (sourceArn === undefined || sourceAccount === undefined || whole.has(sourceAccount)) continue;
    if (freeArns.some((pattern) => containsPattern(pattern, sourceArn))) continue;
    bound.set(sourceAccount, (bound.get(sourceAccount) ?? new Set()).add(sourceArn));
  }
  const arnsByAccount = new Map([...bound].map(([account, arns]) => [account, dropContained([...arns])]));
  return { freeArns, arnsByAccount, wholeAccounts: [...whole].sort() };
}

/** Drops patterns that another pattern of the list covers; sorted, so that the order of entries has no effect. */
export function dropContained(patterns: readonly string[]): readonly string[] {
  const sorted = [...new Set(patterns)].sort();
  const broad = sorted.filter((pattern) => pattern.includes('*') || pattern.includes('?'));
  return sorted.filter((pattern) =>
    broad.every(
      (other) =>
        other === pattern ||
        !containsPattern(other, pattern) ||
        // Two patterns for the same set: the first one stays.
        (containsPattern(pattern, other) && pattern < other),
    ),
  );
}

/** Accounts with the same ARNs share a statement. */
function groupAccounts(
  arnsByAccount: ReadonlyMap<string, readonly string[]>,
): readonly (readonly [readonly string[], readonly string[]])[] {
  const groups = new Map<string, [string[], readonly string[]]>();
  for (const account of [...arnsByAccount.keys()].sort()) {
    const arns = arnsByAccount.get(account) ?? [];
    const key = arns.join('\n');
    const group = groups.get(key) ?? [[], arns];
    group[0].push(account);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function refuseOtherArns(
  arns: readonly string[],
  sent: SentSourceKeys,
  where: GuardCondition,
): GuardCondition {
  const guard = { ...where, ArnNotLike: { [ARN_KEY]: arns } };
  if (sent.sourceArn === 'always') return guard;
  return { ...guard, Null: { ...where['Null'], [ARN_KEY]: 'false' } };
}

function refuseOtherAccounts(
  accounts: readonly string[],
  freeArns: readonly string[],
  sent: SentSourceKeys,
): GuardCondition {
  const mustExist: Record<string, string> = {};
  if (sent.sourceAccount === 'perhaps') mustExist[ACCOUNT_KEY] = 'false';
  if (sent.sourceArn === 'perhaps' && freeArns.length > 0) mustExist[ARN_KEY] = 'false';
  return {
    StringNotEquals: { [ACCOUNT_KEY]: accounts },
    ...(freeArns.length === 0 ? {} : { ArnNotLike: { [ARN_KEY]: freeArns } }),
    ...(Object.keys(mustExist).length === 0 ? {} : { Null: mustExist }),
  };
}
