import type { Allowlist } from '../allowlist/allowlist.ts';
import type { JsonObject } from '../json.ts';
import type { CallerBranch } from './branch-part.ts';
import {
  type AtomSet,
  type CallerAtom,
  makeCallerSet,
  readAtomSets,
  readPartitionOf,
} from './caller-atom.ts';
import { type BranchTerms, composeBranches, listToldTypes, type RareTypes } from './caller-branch.ts';
import { type CompiledPatterns, EVENTBRIDGE_LIMITS, type PatternLimits } from './compiled-patterns.ts';
import { holdsWildcard, measure } from './event-pattern.ts';
import { type FunctionGroup, groupMembers } from './function-group.ts';
import { type FunctionMatcher, matchFunction, shortenArns } from './function-matcher.ts';
import { findExclusions } from './glob-exclusion.ts';
import { groupLoosely } from './loose-grouping.ts';
import { measurePiece, measurePieceRoom, packGroups } from './pattern-packing.ts';
import {
  composeEveryCallPattern,
  composeRareTypesPattern,
  composeStandingPatterns,
} from './standing-patterns.ts';

/** Shorter patterns could not hold the guard's own function ARNs beside anything else. */
export const FEWEST_CHARACTERS = 1024;

/**
 * Compiles an allowlist into EventBridge patterns that together match every record that the core would call
 * unauthorized or undetermined, and as few others as possible. Where the list does not fit the limits, they match
 * more, never less.
 *
 * INVARIANT: what the patterns leave out is certainly authorized (or unguarded, or one of the excluded functions).
 * This holds for records whose fields are texts where CloudTrail writes texts; a pattern can not tell `"a"` from
 * `["a"]`.
 *
 * @param exclude the unqualified ARNs of the guard's own functions, which never match.
 * @param limits at least `FEWEST_CHARACTERS` characters.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePatterns(
  allowlist: Allowlist,
  exclude: readonly string[],
  limits: PatternLimits = EVENTBRIDGE_LIMITS,
): CompiledPatterns {
  const sets = readAtomSets(allowlist);
  const kinds = new Set(sets.flatMap(({ callers }) => callers.atoms.map(({ kind }) => kind)));
  const source: Source = {
    allowlist,
    sets,
    exclude,
    limits,
    partition: readPartitionOf(allowlist),
    toldTypes: listToldTypes(kinds),
    branched: new Map(),
  };
  return (
    compileExactly(source, allowlist.functions.map(matchFunction), 'own') ??
    compileExactly(source, shortenArns(allowlist), 'shared') ??
    compileLoosely(source) ??
    compileEveryCall(source)
  );
}

interface Source {
  readonly allowlist: Allowlist;
  readonly sets: readonly AtomSet[];
  readonly exclude: readonly string[];
  readonly limits: PatternLimits;
  readonly partition: string;
  readonly toldTypes: readonly string[];
  /** Groups that were written before, by what their branches depend on: most come again in the next attempt. */
  readonly branched: Map<string, FittedCallers>;
}

/** The callers of a group that fit into a pattern, and the alternatives that they come to. */
interface FittedCallers {
  readonly atoms: readonly CallerAtom[];
  readonly branches: readonly CallerBranch[];
}

/** Every function by itself; `undefined` where that takes more rules than there are. */
function compileExactly(
  source: Source,
  matchers: readonly FunctionMatcher[],
  rareTypes: RareTypes,
): CompiledPatterns | undefined {
  const { allowlist, sets } = source;
  const groups = groupMembers(
    matchers.map((matcher, index) => ({
      matcher,
      callers: sets[index]?.callers ?? makeCallerSet([]),
      exclusions: findExclusions(source, matchers, index),
    })),
  );
  const written = writeGroups(groups, source, rareTypes);
  if (!fits(written.patterns, source.limits)) return undefined;
  return conclude(written, source, { exactFunctions: allowlist.functions.length, looseFunctions: [] });
}

/** As many functions by themselves as fit, the rest with the callers that they share. */
function compileLoosely(source: Source): CompiledPatterns | undefined {
  const { limits } = source;
  const characters = limits.characters * limits.rules;
  const grouping = groupLoosely({ ...source, characters }, (groups) =>
    fits(writeGroups(groups, source, 'shared').patterns, limits) ? 'fits' : 'tooMany',
  );
  if (grouping === undefined) return undefined;
  return conclude(writeGroups(grouping.groups, source, 'shared'), source, grouping);
}

function compileEveryCall(source: Source): CompiledPatterns {
  const patterns = [composeEveryCallPattern(source.exclude)];
  const looseFunctions = source.allowlist.functions.map(({ pointer }) => pointer);
  return conclude({ patterns, dropped: new Set() }, source, { exactFunctions: 0, looseFunctions });
}

interface WrittenGroups {
  readonly patterns: readonly JsonObject[];
  /** Keys of atoms that had no room in a pattern of some group. */
  readonly dropped: ReadonlySet<string>;
}

function writeGroups(groups: readonly FunctionGroup[], source: Source, rareTypes: RareTypes): WrittenGroups {
  const { exclude, limits, toldTypes } = source;
  const dropped = new Set<string>();
  const branched = groups.map((group) => {
    const { atoms, branches } = fitCallers(group, source, rareTypes);
    if (atoms.length < group.callers.atoms.length) {
      const kept = new Set(atoms);
      for (const atom of group.callers.atoms) if (!kept.has(atom)) dropped.add(atom.key);
    }
    return { ...group, branches };
  });
  const shared =
    rareTypes === 'shared' && groups.length > 0 ? [composeRareTypesPattern(toldTypes, exclude)] : [];
  const patterns = [
    ...composeStandingPatterns(exclude),
    ...shared,
    ...packGroups(branched, limits.characters),
  ];
  return { patterns, dropped };
}

/** A list of callers can not be spread over patterns: where it is too long for one, some callers are not filtered. */
function fitCallers(group: FunctionGroup, source: Source, rareTypes: RareTypes): FittedCallers {
  const { partition, toldTypes, limits, branched } = source;
  const terms: BranchTerms = { partition, rareTypes, toldTypes };
  const room = measurePieceRoom(group, limits.characters);
  const longest = findLongest(group.matchers);
  const key = `${rareTypes} ${room} ${measure(longest)} ${group.callers.text}`;
  const known = branched.get(key);
  if (known !== undefined) return known;
  let { atoms } = group.callers;
  for (;;) {
    const branches = composeBranches(atoms, terms);
    const tooLong = branches.find((branch) => measurePiece(longest, branch) > room);
    const last = tooLong && (atoms.findLast(({ kind }) => kind === tooLong.kind) ?? atoms.at(-1));
    if (last === undefined) {
      branched.set(key, { atoms, branches });
      return { atoms, branches };
    }
    atoms = atoms.filter((atom) => atom !== last);
  }
}

function findLongest(matchers: readonly FunctionMatcher[]): FunctionMatcher {
  let longest: FunctionMatcher = { kind: 'any' };
  let length = 0;
  for (const matcher of matchers) {
    const own = measure(matcher);
    if (own > length) {
      longest = matcher;
      length = own;
    }
  }
  return longest;
}

function fits(patterns: readonly JsonObject[], limits: PatternLimits): boolean {
  return patterns.length <= limits.rules && patterns.filter(holdsWildcard).length <= limits.wildcardRules;
}

function conclude(
  { patterns, dropped }: WrittenGroups,
  { sets }: Source,
  functions: { readonly exactFunctions: number; readonly looseFunctions: readonly string[] },
): CompiledPatterns {
  const passing = new Map<string, string>();
  for (const set of sets) {
    for (const { pointer, why } of set.passing) passing.set(pointer, why);
    for (const { key, pointer } of set.entries) {
      if (dropped.has(key)) passing.set(pointer, 'its function has more callers than one pattern holds');
    }
  }
  return {
    patterns,
    coverage: {
      exactFunctions: functions.exactFunctions,
      looseFunctions: functions.looseFunctions,
      passing: [...passing].map(([pointer, why]) => ({ pointer, why })),
      characters: patterns.reduce((sum, pattern) => sum + measure(pattern), 0),
      wildcardRules: patterns.filter(holdsWildcard).length,
    },
  };
}
