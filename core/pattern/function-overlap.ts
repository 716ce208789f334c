import type { Allowlist, FunctionEntry } from '../allowlist/allowlist.ts';
import { readSelectorName } from '../allowlist/function-match.ts';
import { matchWildcard } from '../arn.ts';
import { overlapsText } from '../plan/arn-pattern.ts';
import type { AtomSet } from './caller-atom.ts';
import { type FunctionMatcher, takesFunction } from './function-matcher.ts';

/** How functions are told, and what that lets through. */
export interface GuardedMatchers {
  /** By function entry; `undefined` for one of the guard's own functions, which never match. */
  readonly matchers: readonly (FunctionMatcher | undefined)[];
  /** Callers of a function that the pattern for another entry takes too, though that does not list them. */
  readonly overlaps: readonly FunctionOverlap[];
  /** `everything` where a matcher has to take every function because it takes an own one too. */
  readonly reach: 'guarded' | 'everything';
}

/** One function entry whose listed callers (by the keys of their atoms) the pattern for a glob or a name lets through. */
export interface FunctionOverlap {
  readonly index: number;
  readonly keys: readonly string[];
  /** The glob or name of the other entry. */
  readonly by: string;
}

/** What is known of the allowlist here. */
export interface OverlapSource {
  readonly allowlist: Allowlist;
  readonly sets: readonly AtomSet[];
  readonly exclude: readonly string[];
  /** Characters that a list of functions to leave out may take. */
  readonly room: number;
}

/** More pairs than this are not compared: the patterns then match more. */
const MOST_PAIRS = 2_000_000;

/**
 * Takes care of functions that a matcher takes and that are not the entry's to judge: the guard's own, and those of
 * more exact entries. A pattern can say which functions it takes or which it does not, but not both; so a matcher that
 * takes an own function becomes one for all functions but those, and a glob for all functions leaves out the more exact
 * entries that list other callers, as far as there is room.
 */
export function refineMatchers(matchers: readonly FunctionMatcher[], source: OverlapSource): GuardedMatchers {
  const { allowlist, exclude } = source;
  const globs = allowlist.functions.filter(({ selector }) => selector.kind === 'glob').length;
  const compared = globs * allowlist.functions.length <= MOST_PAIRS;
  const overlaps = findNamesakes(source).slice();
  let reach: GuardedMatchers['reach'] = 'guarded';
  const refined = matchers.map((matcher, index) => {
    if (matcher.kind === 'arn') return exclude.includes(matcher.arn) ? undefined : matcher;
    const takesOwn = exclude.some((functionArn) => takesFunction(matcher, functionArn));
    const selector = allowlist.functions[index]?.selector;
    const taken = compared && selector?.kind === 'glob' ? findTaken(index, selector.glob, source) : [];
    if (matcher.kind !== 'anyBut' && !takesOwn) {
      overlaps.push(...taken);
      return matcher;
    }
    if (matcher.kind !== 'anyBut') reach = 'everything';
    const but = [...exclude];
    let room = source.room - exclude.join('","').length;
    for (const overlap of taken) {
      const text = writeExclusion(overlap, allowlist);
      room -= text === undefined ? 0 : text.length + 4;
      if (text === undefined || room < 0) overlaps.push(overlap);
      else but.push(text);
    }
    return { kind: 'anyBut', but } as const;
  });
  return { matchers: refined, overlaps, reach };
}

/** Entries whose functions the pattern for a glob takes though they are not the glob's, and whose callers it does not list. */
function findTaken(
  index: number,
  glob: string,
  { allowlist, sets }: OverlapSource,
): readonly FunctionOverlap[] {
  return allowlist.functions.flatMap((other, place) =>
    place === index || !isTaken(other, glob) ? [] : compareCallers(index, place, glob, sets),
  );
}

/** Entries for a full ARN whose function an entry for its bare name is told by too. */
function findNamesakes({ allowlist, sets }: OverlapSource): readonly FunctionOverlap[] {
  const names = new Map(
    allowlist.functions.flatMap(({ selector }, index) =>
      selector.kind === 'name' ? [[selector.name, index] as const] : [],
    ),
  );
  return allowlist.functions.flatMap((entry, place) => {
    const name = readSelectorName(entry.selector);
    const index = entry.selector.kind === 'arn' ? names.get(name) : undefined;
    return index === undefined ? [] : compareCallers(index, place, name, sets);
  });
}

/** The callers of the more exact entry that the other one does not list. */
function compareCallers(
  index: number,
  place: number,
  by: string,
  sets: readonly AtomSet[],
): readonly FunctionOverlap[] {
  const covered = new Set(sets[index]?.callers.atoms.map(({ key }) => key));
  const keys = (sets[place]?.callers.atoms ?? []).flatMap(({ key }) => (covered.has(key) ? [] : [key]));
  return keys.length === 0 ? [] : [{ index: place, keys, by }];
}

/** A glob with `?` is widened to one with `*`, and so takes functions of entries that stand below it too. */
function isTaken(entry: FunctionEntry, glob: string): boolean {
  const { selector } = entry;
  const widened = glob.replaceAll('?', '*');
  if (selector.kind !== 'glob') return matchWildcard(widened, readSelectorName(selector));
  const above = widened !== glob || selector.glob.length > glob.length;
  return above && overlapsText(selector.glob, widened);
}

/**
 * The functions of an entry as an exclusion: an ARN, the end of one, or a wildcard. `undefined` where a pattern would
 * leave out more than the entry names, because it has no wildcard for one character.
 */
function writeExclusion({ index, by }: FunctionOverlap, allowlist: Allowlist): string | undefined {
  const entry = allowlist.functions[index];
  if (entry === undefined || by.includes('?')) return undefined;
  const { selector } = entry;
  if (selector.kind === 'arn') return selector.arn;
  if (selector.kind === 'name') return `:${selector.name}`;
  return selector.glob.includes('?') ? undefined : `*:function:${selector.glob.replaceAll(/\*+/g, '*')}`;
}
