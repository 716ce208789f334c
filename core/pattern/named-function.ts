import type { Allowlist } from '../allowlist/allowlist.ts';
import { readSelectorName } from '../allowlist/function-match.ts';
import { compareTexts } from '../text.ts';
import { type AtomSet, type CallerSet, makeCallerSet } from './caller-atom.ts';
import type { FunctionMatcher } from './function-matcher.ts';

/** What the grouping is told of the allowlist. */
export interface LooseSource {
  readonly allowlist: Allowlist;
  readonly sets: readonly AtomSet[];
  readonly exclude: readonly string[];
  /** How each function entry is told; `undefined` for one of the guard's own functions, which never match. */
  readonly matchers: readonly (FunctionMatcher | undefined)[];
  /** Characters of all patterns together: where trying more functions is pointless. */
  readonly characters: number;
}

/** A function of which no caller is told. */
export const NO_CALLERS = makeCallerSet([]);

/** A function entry with an exact name, and what is known of it. */
export interface NamedFunction {
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

/** The functions of an allowlist that have exact names, in the two orders that grouping needs. */
export interface NamedFunctions extends LooseSource {
  /** In the order in which they are told by themselves: the cheapest first, likes beside likes. */
  readonly named: readonly NamedFunction[];
  /** The same functions, and the guard's own, by their reversed names. */
  readonly neighbours: readonly (NamedFunction | { readonly reversed: string })[];
  /** How many functions list an atom. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Reads and orders the functions that have exact names. */
export function readNamedFunctions(source: LooseSource): NamedFunctions {
  const { allowlist, sets, exclude, matchers } = source;
  const names = allowlist.functions.map(({ selector }) => readSelectorName(selector));
  const uses = countTexts(names);
  const alike = countTexts(sets.map(({ callers }) => callers.text));
  const named = allowlist.functions.flatMap((entry, index): readonly NamedFunction[] => {
    const name = names[index] ?? '';
    const callers = sets[index]?.callers ?? NO_CALLERS;
    // A function that is told by what it is not has no ending that could tell it.
    if (entry.selector.kind === 'glob' || matchers[index]?.kind === 'anyBut') return [];
    if (matchers[index] === undefined) return [];
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

/** How many of the members list each atom, by its key. */
export function countAtoms(members: readonly { readonly callers: CallerSet }[]): ReadonlyMap<string, number> {
  return countTexts(members.flatMap(({ callers }) => callers.atoms.map(({ key }) => key)));
}

function countTexts(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** The text backwards; names and ARNs are ASCII. */
export function reverse(text: string): string {
  let reversed = '';
  for (let place = text.length - 1; place >= 0; place -= 1) reversed += text.charAt(place);
  return reversed;
}
