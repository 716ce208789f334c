import type { InvokerEntry } from '../core/allowlist/allowlist.ts';
import { indexGlobs, listMatches } from '../core/allowlist/glob-index.ts';

/** Entries in a list that is gone through faster than looked up in. */
const SHORT_LIST = 16;

/**
 * Files entries that may let in what another entry names. The answer lists those, in their order, that may do so for
 * one entry: some of them may still not. A pattern that covers another one matches its text, so that a thousand
 * patterns in one list are not compared each with each.
 */
export function indexWide(wide: readonly InvokerEntry[]): (narrow: InvokerEntry) => readonly InvokerEntry[] {
  if (wide.length <= SHORT_LIST) return () => wide;
  const index = indexGlobs(wide.map((entry) => [writePattern(entry), entry]));
  return (narrow) =>
    [...listMatches(index, writeText(narrow))]
      .sort((left, right) => left.order - right.order)
      .map(({ item }) => item);
}

/** All that the texts of entries which it covers have in common, as one glob. */
function writePattern(entry: InvokerEntry): string {
  return entry.kind === 'account' ? `arn:*:${entry.account}:*` : writeText(entry);
}

function writeText(entry: InvokerEntry): string {
  switch (entry.kind) {
    case 'service':
      return `${entry.service} ${entry.sourceArn ?? '*'}`;
    case 'role':
      return entry.role;
    case 'user':
      return entry.user;
    case 'eventSourceMapping':
      return entry.eventSourceMapping;
    case 'account':
    case 'functionUrl':
      // Covered by nothing but its like, which is not looked for here.
      return entry.kind;
  }
}
