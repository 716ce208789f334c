import type { Allowlist } from '../allowlist/allowlist.ts';
import { type AtomSet, makeCallerSet, readAtomSets, readPartitionOf } from './caller-atom.ts';
import { listToldTypes } from './caller-branch.ts';
import { type CompiledPatterns, EVENTBRIDGE_LIMITS, type PatternLimits } from './compiled-patterns.ts';
import { measure } from './event-pattern.ts';
import { groupMembers } from './function-group.ts';
import { type FunctionMatcher, matchFunction, shortenArns } from './function-matcher.ts';
import { type FunctionOverlap, refineMatchers } from './function-overlap.ts';
import { createGroupWriter, type GroupForm, type GroupWriter, type WrittenGroups } from './group-writer.ts';
import { groupLoosely } from './loose-grouping.ts';
import { composeEveryCallPattern } from './standing-patterns.ts';

/**
 * Shorter patterns could not hold the ARNs of the guard's own functions beside anything else: the pattern for every call
 * names all four of them three times.
 */
export const FEWEST_CHARACTERS = 1536;

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
  const writer = createGroupWriter({
    exclude,
    characters: limits.characters,
    wildcardRules: limits.wildcardRules,
    partition: readPartitionOf(allowlist),
    toldTypes: listToldTypes(kinds),
  });
  const source: Source = { allowlist, sets, exclude, limits, writer };
  const full = allowlist.functions.map(matchFunction);
  const short = shortenArns(allowlist);
  return (
    compileExactly(source, full, { rareTypes: 'own', wildcards: 'all' }) ??
    compileExactly(source, short, { rareTypes: 'shared', wildcards: 'all' }) ??
    compileExactly(source, short, { rareTypes: 'shared', wildcards: 'some' }) ??
    compileExactly(source, short, { rareTypes: 'shared', wildcards: 'none' }) ??
    compileLoosely(source, short, { rareTypes: 'shared', wildcards: 'some' }) ??
    compileLoosely(source, short, { rareTypes: 'shared', wildcards: 'none' }) ??
    compileEveryCall(source)
  );
}

interface Source {
  readonly allowlist: Allowlist;
  readonly sets: readonly AtomSet[];
  readonly exclude: readonly string[];
  readonly limits: PatternLimits;
  readonly writer: GroupWriter;
}

/** Every function by itself; `undefined` where that takes more rules than there are. */
function compileExactly(
  source: Source,
  matchers: readonly FunctionMatcher[],
  form: GroupForm,
): CompiledPatterns | undefined {
  const { allowlist, sets, limits, writer } = source;
  const refined = refineMatchers(matchers, { ...source, room: limits.characters / 2 });
  const members = refined.matchers.flatMap((matcher, index) =>
    matcher === undefined ? [] : [{ matcher, callers: sets[index]?.callers ?? makeCallerSet([]) }],
  );
  const written = writer(groupMembers(members), form);
  if (!fits(written, limits)) return undefined;
  const coverage =
    refined.reach === 'everything'
      ? coverNothing(source)
      : { exactFunctions: allowlist.functions.length, looseFunctions: [] };
  return conclude(written, source, { ...coverage, overlaps: refined.overlaps });
}

/** As many functions by themselves as fit, the rest with the callers that they share. */
function compileLoosely(
  source: Source,
  matchers: readonly FunctionMatcher[],
  form: GroupForm,
): CompiledPatterns | undefined {
  const { limits, writer } = source;
  const refined = refineMatchers(matchers, { ...source, room: limits.characters / 2 });
  const characters = limits.characters * limits.rules;
  const grouping = groupLoosely({ ...source, characters, matchers: refined.matchers }, (groups) =>
    fits(writer(groups, form), limits) ? 'fits' : 'tooMany',
  );
  if (grouping === undefined) return undefined;
  const coverage = refined.reach === 'everything' ? coverNothing(source) : grouping;
  return conclude(writer(grouping.groups, form), source, { ...coverage, overlaps: refined.overlaps });
}

function compileEveryCall(source: Source): CompiledPatterns {
  const pattern = composeEveryCallPattern(source.exclude);
  const written: WrittenGroups = {
    rules: 1,
    wildcardRules: 0,
    compose: () => [pattern],
    dropped: new Map(),
  };
  return conclude(written, source, { ...coverNothing(source), overlaps: [] });
}

/** What is told where some pattern takes every function. */
function coverNothing({ allowlist }: Source): Omit<FunctionCoverage, 'overlaps'> {
  return { exactFunctions: 0, looseFunctions: allowlist.functions.map(({ pointer }) => pointer) };
}

function fits({ rules, wildcardRules }: WrittenGroups, limits: PatternLimits): boolean {
  return rules <= limits.rules && wildcardRules <= limits.wildcardRules;
}

interface FunctionCoverage {
  readonly exactFunctions: number;
  readonly looseFunctions: readonly string[];
  readonly overlaps: readonly FunctionOverlap[];
}

function conclude(
  { compose, wildcardRules, dropped }: WrittenGroups,
  { sets }: Source,
  { exactFunctions, looseFunctions, overlaps }: FunctionCoverage,
): CompiledPatterns {
  const passing = new Map<string, string>();
  for (const set of sets) {
    for (const { pointer, why } of set.passing) passing.set(pointer, why);
    for (const { key, pointer } of set.entries) {
      const why = dropped.get(key);
      if (why !== undefined) passing.set(pointer, why);
    }
  }
  for (const { index, keys, by } of overlaps) {
    for (const { key, pointer } of sets[index]?.entries ?? []) {
      if (keys.includes(key)) passing.set(pointer, `the pattern for \`${by}\` takes its function too`);
    }
  }
  const patterns = compose();
  return {
    patterns,
    coverage: {
      exactFunctions,
      looseFunctions,
      passing: [...passing].map(([pointer, why]) => ({ pointer, why })),
      characters: patterns.reduce((sum, pattern) => sum + measure(pattern), 0),
      wildcardRules,
    },
  };
}
