import { hasWildcard } from '../arn.ts';
import { type Caller, LAMBDA_SERVICE } from '../caller/caller.ts';
import type { InvokerEntry } from './allowlist.ts';

/** An entry and its place in the list. */
interface PlacedEntry {
  readonly place: number;
  readonly entry: InvokerEntry;
}

/** The entries of one list: by the ARN that they name, or by their kind where they name no single one. */
type InvokerIndex = ReadonlyMap<string, readonly PlacedEntry[]>;

/** Entries in a list that is gone through faster than looked up in. */
const SHORT_LIST = 16;

/** Remembered as the index of functions is (`function-match.ts`): it follows from the list alone. */
const INDEXES = new WeakMap<readonly InvokerEntry[], InvokerIndex>();

/**
 * Lists the entries that may answer for a caller with anything but `noMatch`, in their order; some of them may still
 * not match. So a long list costs little more than its wildcards and the entries that name this very caller.
 */
export function listCandidates(entries: readonly InvokerEntry[], caller: Caller): readonly InvokerEntry[] {
  if (entries.length <= SHORT_LIST) return entries;
  const keys = listKeys(caller);
  if (keys === 'all') return entries;
  let index = INDEXES.get(entries);
  if (index === undefined) {
    index = indexInvokers(entries);
    INDEXES.set(entries, index);
  }
  const found = keys.flatMap((key) => index.get(key) ?? []);
  return found.sort((left, right) => left.place - right.place).map(({ entry }) => entry);
}

function indexInvokers(entries: readonly InvokerEntry[]): InvokerIndex {
  const index = new Map<string, PlacedEntry[]>();
  for (const [place, entry] of entries.entries()) {
    const key = nameKey(entry);
    const filed = index.get(key);
    if (filed === undefined) index.set(key, [{ place, entry }]);
    else filed.push({ place, entry });
  }
  return index;
}

function nameKey(entry: InvokerEntry): string {
  switch (entry.kind) {
    case 'role':
      return hasWildcard(entry.role) ? entry.kind : entry.role;
    case 'user':
      return hasWildcard(entry.user) ? entry.kind : entry.user;
    case 'service':
      return entry.sourceArn === undefined || hasWildcard(entry.sourceArn) ? entry.kind : entry.sourceArn;
    case 'account':
    case 'eventSourceMapping':
    case 'functionUrl':
      return entry.kind;
  }
}

/** What an entry for the caller may be filed under; `all` where the record tells too little of the caller. */
function listKeys(caller: Caller): readonly string[] | 'all' {
  switch (caller.kind) {
    case 'role':
      return [caller.roleArn, 'role', 'account'];
    case 'user':
      return [caller.userArn, 'user', 'account'];
    case 'root':
    case 'federated':
      return ['account'];
    case 'service':
      if (caller.sourceArn === undefined || caller.service === LAMBDA_SERVICE) return 'all';
      return [caller.sourceArn, 'service'];
    case 'eventSourceMapping':
      return ['eventSourceMapping'];
    case 'anonymous':
      return ['functionUrl'];
    case 'account':
    case 'unknown':
      return 'all';
  }
}
