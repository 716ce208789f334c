import { makeCallerSet } from './caller-atom.ts';
import { type FunctionGroup, type GroupMember, groupMembers } from './function-group.ts';
import { shortenNames } from './name-ending.ts';
import {
  countAtoms,
  type LooseSource,
  type NamedFunctions,
  NO_CALLERS,
  readNamedFunctions,
} from './named-function.ts';

/** A grouping that fits, and what it gives up. */
export interface LooseGrouping {
  readonly groups: readonly FunctionGroup[];
  readonly exactFunctions: number;
  readonly looseFunctions: readonly string[];
}

/** Tries a grouping against the limits. */
export type TryGroups = (groups: readonly FunctionGroup[]) => 'fits' | 'tooMany';

/** Functions that are not told by themselves keep the callers that at least this share of all functions lists. */
const SHARES = [1 / 500, 1 / 50, 1];

/**
 * Groups functions of an allowlist that does not fit: as many as possible by themselves, the others with those of
 * their callers that many functions share. Names are told by the shortest ending that tells the groups apart.
 *
 * Of the ways that are tried the one that filters most pairs of function and caller is taken; `undefined` where not
 * even the coarsest fits.
 */
export function groupLoosely(source: LooseSource, tryGroups: TryGroups): LooseGrouping | undefined {
  const functions = readNamedFunctions(source);
  return searchGroupings(functions, 'each', tryGroups) ?? searchGroupings(functions, 'together', tryGroups);
}

interface Candidate {
  readonly exact: number;
  readonly groups: readonly FunctionGroup[];
  /** How many pairs of function and caller are filtered. */
  readonly score: number;
}

function searchGroupings(
  functions: NamedFunctions,
  globs: 'each' | 'together',
  tryGroups: TryGroups,
): LooseGrouping | undefined {
  let best: Candidate | undefined;
  for (const share of SHARES) {
    const candidate = findLargest(functions, share, globs, tryGroups);
    if (candidate !== undefined && (best === undefined || candidate.score > best.score)) best = candidate;
  }
  if (best === undefined) return undefined;
  const named = functions.named.slice(0, best.exact).map(({ pointer }) => pointer);
  // One group for all globs takes every function. Globs are never exact: a short ending may be that of their functions.
  const exact = new Set(globs === 'together' && composeGlobs(functions, globs).length > 0 ? [] : named);
  const pointers = functions.allowlist.functions.map(({ pointer }) => pointer);
  return {
    groups: best.groups,
    exactFunctions: exact.size,
    looseFunctions: pointers.filter((pointer) => !exact.has(pointer)),
  };
}

/** The largest number of functions told by themselves that still fits, by halving. */
function findLargest(
  functions: NamedFunctions,
  share: number,
  globs: 'each' | 'together',
  tryGroups: TryGroups,
): Candidate | undefined {
  let best: Candidate | undefined;
  let low = 0;
  let high = limitExact(functions);
  for (let exact = 0; low <= high; exact = Math.ceil((low + high) / 2)) {
    const candidate = composeCandidate(functions, exact, share, globs);
    if (tryGroups(candidate.groups) === 'fits') {
      best = candidate;
      low = exact + 1;
    } else {
      high = exact - 1;
    }
  }
  return best;
}

/** No more functions than this can be told by themselves, however they are written. */
function limitExact({ named, characters }: NamedFunctions): number {
  let sum = 0;
  const over = named.findIndex(({ cost }) => {
    sum += cost;
    return sum > characters * 1.5;
  });
  return over < 0 ? named.length : over;
}

function composeCandidate(
  functions: NamedFunctions,
  exact: number,
  share: number,
  globs: 'each' | 'together',
): Candidate {
  const { named, counts } = functions;
  const rest = named.slice(exact);
  const shared = share < 1 ? counts : countAtoms(rest);
  const least = share < 1 ? Math.max(2, share * named.length) : rest.length;
  const common = new Set([...shared].flatMap(([key, count]) => (count >= least ? [key] : [])));
  const kept = new Map(
    named.map(({ index, callers }, place) => [
      index,
      place < exact ? callers : makeCallerSet(callers.atoms.filter(({ key }) => common.has(key))),
    ]),
  );
  const matchers = shortenNames(functions, kept);
  const members = named.map(({ index }) => ({
    matcher: matchers.get(index) ?? ({ kind: 'anyBut', but: functions.exclude } as const),
    callers: kept.get(index) ?? NO_CALLERS,
  }));
  return {
    exact,
    groups: groupMembers([...members, ...composeGlobs(functions, globs)]),
    score: members.reduce((sum, { callers }) => sum + callers.atoms.length, 0),
  };
}

/** What has no exact name: globs by themselves, or all of them in one group that takes every function. */
function composeGlobs(source: LooseSource, globs: 'each' | 'together'): readonly GroupMember[] {
  const { allowlist, sets, matchers, exclude } = source;
  const found = allowlist.functions.flatMap((entry, index): readonly GroupMember[] => {
    const matcher = matchers[index];
    const told = entry.selector.kind !== 'glob' && matcher?.kind !== 'anyBut';
    if (told || matcher === undefined) return [];
    return [{ matcher, callers: sets[index]?.callers ?? NO_CALLERS }];
  });
  if (globs === 'each') return found;
  const [first] = found;
  if (first === undefined) return [];
  const listed = countAtoms(found);
  const common = first.callers.atoms.filter(({ key }) => listed.get(key) === found.length);
  return [{ matcher: { kind: 'anyBut', but: exclude }, callers: makeCallerSet(common) }];
}
