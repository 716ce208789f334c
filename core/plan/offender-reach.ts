import type { InvokerEntry } from '../allowlist/allowlist.ts';
import { type EntryMatch, matchEntry } from '../allowlist/invoker-match.ts';
import { hasWildcard } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { ANYWHERE, type CallSite, recordSite } from './call-site.ts';
import type { Grant } from './grant.ts';
import { namesCaller } from './grant-reach.ts';

/**
 * Lists the entries that name a caller, or that might name it if the record had told more; a narrowed entry counts
 * whatever it asks for, since a policy that refuses the caller must spare the calls that it lists.
 */
export function listListers(entries: readonly InvokerEntry[], caller: Caller): readonly InvokerEntry[] {
  return entries.filter((entry) => nameCaller(entry, caller) !== 'noMatch');
}

/** Finds the first of `listListers`. */
export function findLister(entries: readonly InvokerEntry[], caller: Caller): InvokerEntry | undefined {
  return listListers(entries, caller)[0];
}

/** How an entry answers for a caller, its narrowing left aside. */
export function nameCaller(entry: InvokerEntry, caller: Caller): EntryMatch['kind'] {
  const { narrowing: _, ...whole } = entry;
  return matchEntry(whole, caller, recordSite(ANYWHERE), new Map()).kind;
}

/**
 * Decides whether entries list a caller's calls from a place. `unsure` where more of the caller or of the place would
 * have to be known.
 */
export function judgeSite(
  entries: readonly InvokerEntry[],
  caller: Caller,
  site: CallSite,
): 'listed' | 'unsure' | 'unlisted' {
  const matches = entries.map((entry) => matchEntry(entry, caller, recordSite(site), new Map()).kind);
  if (matches.includes('match')) return 'listed';
  return matches.includes('unsure') ? 'unsure' : 'unlisted';
}

/** Decides whether a grant certainly serves this one caller and nobody else. */
export function servesOnly(grant: Grant, caller: Caller): boolean {
  if (grant.principals.every((principal) => principal.kind === 'anyone')) {
    return (
      caller.kind === 'anonymous' &&
      grant.conditions.some(
        ({ operator, key, values }) =>
          operator === 'StringEquals' &&
          key === 'lambda:functionurlauthtype' &&
          values.every((value) => value === 'NONE'),
      )
    );
  }
  if (!grant.principals.every((principal) => principal.kind !== 'anyone' && namesCaller(principal, caller))) {
    return false;
  }
  switch (caller.kind) {
    case 'role':
    case 'user':
      return grant.principals.every((principal) => principal.kind === 'iam');
    case 'account':
      return true;
    case 'service':
      return (
        caller.sourceArn === undefined ||
        grant.conditions.some(
          ({ operator, key, values }) =>
            /^(ArnLike|ArnEquals|StringEquals|StringLike)$/.test(operator) &&
            key === 'aws:sourcearn' &&
            values.every((value) => value === caller.sourceArn && !hasWildcard(value)),
        )
      );
    case 'root':
    case 'federated':
    case 'anonymous':
    case 'eventSourceMapping':
    case 'unknown':
      return false;
  }
}
