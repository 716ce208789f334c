import { matchWildcard } from '../arn.ts';
import { readRecordedName } from '../record/function-reference.ts';
import type { Allowlist, FunctionEntry } from './allowlist.ts';

/**
 * Finds the one entry that guards a function: its full ARN, then its exact name, then the longest glob.
 * The winner stands alone; entries are never merged. `undefined` means that nobody guards the function.
 * @param functionArn unqualified, as a record names it: only its name and its whole text are looked at
 */
export function findFunctionEntry(allowlist: Allowlist, functionArn: string): FunctionEntry | undefined {
  const name = readRecordedName(functionArn);
  let best: FunctionEntry | undefined;
  let bestRank = -1;
  for (const entry of allowlist.functions) {
    const rank = rankSelector(entry, functionArn, name);
    if (rank > bestRank) {
      best = entry;
      bestRank = rank;
    }
  }
  return best;
}

// Function names have at most 140 characters and globs are no longer than that by much, so these ranks never meet.
const ARN_RANK = 1_000_000;
const NAME_RANK = 900_000;

function rankSelector(entry: FunctionEntry, functionArn: string, name: string): number {
  const { selector } = entry;
  switch (selector.kind) {
    case 'arn':
      return selector.arn === functionArn ? ARN_RANK : -1;
    case 'name':
      return selector.name === name ? NAME_RANK : -1;
    case 'glob':
      return matchWildcard(selector.glob, name) ? selector.glob.length : -1;
  }
}
