import type { CallerSet } from './caller-atom.ts';
import type { FunctionMatcher } from './function-matcher.ts';
import { type NamedFunctions, reverse } from './named-function.ts';

/** The shortest ending of each name that no function of another group has, the guard's own functions included. */
export function shortenNames(
  { neighbours }: NamedFunctions,
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
