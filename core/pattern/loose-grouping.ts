import type { Allowlist, FunctionEntry } from '../allowlist/allowlist.ts';
import { type AtomSet, type CallerSet, makeCallerSet } from './caller-atom.ts';
import { type FunctionGroup, type GroupMember, groupMembers } from './function-group.ts';
import { type FunctionMatcher, matchFunction, readSelectorName, takesFunction } from './function-matcher.ts';

/** A grouping that fits, and what it gives up. */
export interface LooseGrouping {
  readonly groups: readonly FunctionGroup[];
  readonly exactFunctions: number;
  readonly looseFunctions: readonly string[];
}

/** Tries a grouping against the limits. */
export type TryGroups = (groups: readonly FunctionGroup[]) => 'fits' | 'tooMany';

/** What the grouping is told of the allowlist. */
export interface LooseSource {
  readonly allowlist: Allowlist;
  readonly sets: readonly AtomSet[];
  readonly exclude: readonly string[];
  /** Characters of all patterns together: where trying more functions is pointless. */
  readonly characters: number;
}

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
  const world = readWorld(source);
  return searchGroupings(world, 'each', tryGroups) ?? searchGroupings(world, 'together', tryGroups);
}

const NO_CALLERS = makeCallerSet([]);

/** A function entry with an exact name, and what is known of it. */
interface NamedFunction {
  readonly index: number;
  readonly pointer: string;
  /** `:name`, backwards, so that endings are beginnings. */
  readonly reversed: string;
  readonly callers: CallerSet;
  /** Set where two entries name the same function name, so that only the ARN tells them apart. */
  readonly arn: string | undefined;
  /** Characters that telling it by itself takes, roughly. */
  readonly cost: number;
}

interface World extends LooseSource {
  /** In the order in which they are told by themselves: the cheapest first, likes beside likes. */
  readonly named: readonly NamedFunction[];
  /** The same functions, and the guard's own, by their reversed names. */
  readonly neighbours: readonly (NamedFunction | { readonly reversed: string })[];
  /** How many functions list an atom. */
  readonly counts: ReadonlyMap<string, number>;
}

function readWorld(source: LooseSource): World {
  const { allowlist, sets, exclude } = source;
  const names = allowlist.functions.map(readSelectorName);
  const uses = countTexts(names);
  const alike = countTexts(sets.map(({ callers }) => callers.text));
  const named = allowlist.functions.flatMap((entry, index): readonly NamedFunction[] => {
    const name = names[index] ?? '';
    const callers = sets[index]?.callers ?? NO_CALLERS;
    if (entry.selector.kind === 'glob') return [];
    const shared = (uses.get(name) ?? 0) > 1 && entry.selector.kind === 'arn';
    return [
      {
        index,
        pointer: entry.pointer,
        reversed: reverse(`:${name}`),
        callers,
        arn: shared ? entry.selector.arn : undefined,
        cost: 2 * name.length + callers.text.length / (alike.get(callers.text) ?? 1),
      },
    ];
  });
  const bucket = ({ cost }: NamedFunction): number => Math.floor(Math.log2(cost + 1) * 4);
  const own = exclude.map((functionArn) => ({ reversed: reverse(functionArn) }));
  return {
    ...source,
    named: named.toSorted(
      (left, right) => bucket(left) - bucket(right) || compareTexts(left.reversed, right.reversed),
    ),
    neighbours: [...named, ...own].sort((left, right) => compareTexts(left.reversed, right.reversed)),
    counts: countAtoms(named),
  };
}

function countTexts(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function reverse(text: string): string {
  let reversed = '';
  for (let place = text.length - 1; place >= 0; place -= 1) reversed += text.charAt(place);
  return reversed;
}

interface Candidate {
  readonly exact: number;
  readonly groups: readonly FunctionGroup[];
  /** How many pairs of function and caller are filtered. */
  readonly score: number;
}

function searchGroupings(
  world: World,
  globs: 'each' | 'together',
  tryGroups: TryGroups,
): LooseGrouping | undefined {
  let best: Candidate | undefined;
  for (const share of SHARES) {
    const candidate = findLargest(world, share, globs, tryGroups);
    if (candidate !== undefined && (best === undefined || candidate.score > best.score)) best = candidate;
  }
  if (best === undefined) return undefined;
  const exact = new Set(world.named.slice(0, best.exact).map(({ pointer }) => pointer));
  const { functions } = world.allowlist;
  const isExact = ({ pointer, selector }: FunctionEntry): boolean =>
    exact.has(pointer) || (selector.kind === 'glob' && globs === 'each');
  return {
    groups: best.groups,
    exactFunctions: functions.filter(isExact).length,
    looseFunctions: functions.flatMap((entry) => (isExact(entry) ? [] : [entry.pointer])),
  };
}

/** The largest number of functions told by themselves that still fits, by halving. */
function findLargest(
  world: World,
  share: number,
  globs: 'each' | 'together',
  tryGroups: TryGroups,
): Candidate | undefined {
  let best: Candidate | undefined;
  let low = 0;
  let high = limitExact(world);
  for (let exact = 0; low <= high; exact = Math.ceil((low + high) / 2)) {
    const candidate = composeCandidate(world, exact, share, globs);
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
function limitExact({ named, characters }: World): number {
  let sum = 0;
  const over = named.findIndex(({ cost }) => {
    sum += cost;
    return sum > characters * 1.5;
  });
  return over < 0 ? named.length : over;
}

function composeCandidate(world: World, exact: number, share: number, globs: 'each' | 'together'): Candidate {
  const { named, counts } = world;
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
  const matchers = shortenNames(world, kept);
  const members = named.map(({ index }) => ({
    matcher: matchers.get(index) ?? ({ kind: 'any' } as const),
    callers: kept.get(index) ?? NO_CALLERS,
    exclusions: [],
  }));
  return {
    exact,
    groups: groupMembers([...members, ...composeGlobs(world, globs)]),
    score: members.reduce((sum, { callers }) => sum + callers.atoms.length, 0),
  };
}

function countAtoms(members: readonly { readonly callers: CallerSet }[]): ReadonlyMap<string, number> {
  return countTexts(members.flatMap(({ callers }) => callers.atoms.map(({ key }) => key)));
}

/** The shortest ending of each name that no function of another group has, the guard's own functions included. */
function shortenNames(
  { neighbours }: World,
  kept: ReadonlyMap<number, CallerSet>,
): ReadonlyMap<number, FunctionMatcher> {
  const groups = neighbours.map((neighbour) =>
    'index' in neighbour ? kept.get(neighbour.index)?.text : undefined,
  );
  const common = neighbours.map((neighbour, place) =>
    countCommon(neighbours[place - 1]?.reversed ?? '', neighbour.reversed),
  );
  const needed = neighbours.map(() => 0);
  // Whatever stands between two names of one group has at least as much in common with both as they with each other.
  let reach = 0;
  for (let place = 1; place < neighbours.length; place += 1) {
    const same = groups[place] !== undefined && groups[place] === groups[place - 1];
    reach = same ? Math.min(reach, common[place] ?? 0) : (common[place] ?? 0);
    needed[place] = reach;
  }
  reach = 0;
  for (let place = neighbours.length - 2; place >= 0; place -= 1) {
    const same = groups[place] !== undefined && groups[place] === groups[place + 1];
    const here = common[place + 1] ?? 0;
    reach = same ? Math.min(reach, here) : here;
    needed[place] = Math.max(needed[place] ?? 0, reach);
  }
  return new Map(
    neighbours.flatMap((neighbour, place): readonly (readonly [number, FunctionMatcher])[] => {
      if (!('index' in neighbour)) return [];
      const { index, reversed, arn } = neighbour;
      if (arn !== undefined) return [[index, { kind: 'arn', arn }]];
      return [[index, { kind: 'suffix', suffix: reverse(reversed.slice(0, (needed[place] ?? 0) + 1)) }]];
    }),
  );
}

function countCommon(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}

/** Globs by themselves, or all of them in one group that takes every function. */
function composeGlobs(world: World, globs: 'each' | 'together'): readonly GroupMember[] {
  const { allowlist, sets, exclude } = world;
  const found = allowlist.functions.flatMap((entry, index) =>
    entry.selector.kind === 'glob'
      ? [{ matcher: matchFunction(entry), callers: sets[index]?.callers ?? NO_CALLERS }]
      : [],
  );
  if (globs === 'each') {
    return found.map((glob) => ({
      ...glob,
      exclusions: exclude.filter((functionArn) => takesFunction(glob.matcher, functionArn)),
    }));
  }
  const [first] = found;
  if (first === undefined) return [];
  const listed = countAtoms(found);
  const common = first.callers.atoms.filter(({ key }) => listed.get(key) === found.length);
  return [{ matcher: { kind: 'any' }, callers: makeCallerSet(common), exclusions: exclude }];
}
