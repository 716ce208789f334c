import type { InvokerEntry } from '../allowlist/allowlist.ts';
import { type Caller, readCallerAccount } from '../caller/caller.ts';

/**
 * Chooses the entry that comes nearest to a caller whom no entry lists, for people to compare: among the entries of
 * the caller's kind, the one whose text agrees with the caller's from both ends the furthest, the earlier one in a tie;
 * else an account entry. It decides nothing. `undefined` where none can be compared.
 */
export function findNearestEntry(entries: readonly InvokerEntry[], caller: Caller): InvokerEntry | undefined {
  let best: InvokerEntry | undefined;
  let bestLikeness = -1;
  for (const entry of entries) {
    const likeness = measureLikeness(entry, caller);
    if (likeness > bestLikeness) {
      best = entry;
      bestLikeness = likeness;
    }
  }
  return best;
}

/** Up to 2, below 0 for account entries, and -1 where the two cannot be compared; a service counts before its source. */
function measureLikeness(entry: InvokerEntry, caller: Caller): number {
  switch (entry.kind) {
    case 'service':
      if (caller.kind !== 'service') return -1;
      if (entry.service !== caller.service) return compareEnds(entry.service, caller.service) / 2;
      return 1 + compareEnds(entry.sourceArn ?? '', caller.sourceArn ?? '');
    case 'role':
      return caller.kind === 'role' ? compareEnds(entry.role, caller.roleArn) : -1;
    case 'user':
      return caller.kind === 'user' ? compareEnds(entry.user, caller.userArn) : -1;
    case 'account': {
      const account = readCallerAccount(caller);
      // An account entry is a guess at any principal: it comes behind every entry of the caller's own kind.
      return account === undefined ? -1 : -1 + compareEnds(entry.account, account) / 2;
    }
    case 'eventSourceMapping':
      return caller.kind === 'eventSourceMapping'
        ? compareEnds(entry.eventSourceMapping, caller.mappingArn)
        : -1;
    case 'functionUrl':
      return -1;
  }
}

/** The share of the longer text that both have in common, counted from their starts and from their ends. */
function compareEnds(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return (start + end) / Math.max(left.length, right.length, 1);
}
