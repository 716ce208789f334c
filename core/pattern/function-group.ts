import type { CallerSet } from './caller-atom.ts';
import type { FunctionMatcher } from './function-matcher.ts';

/** Functions whose records are filtered alike. */
export interface FunctionGroup {
  readonly matchers: readonly FunctionMatcher[];
  /** Callers that are certainly authorized for every function of the group. */
  readonly callers: CallerSet;
  /** Functions that the matchers take too and that are not meant: `suffix` or `wildcard` texts for `resources.ARN`. */
  readonly exclusions: readonly string[];
}

/** One function entry on its way into a group. */
export interface GroupMember extends Omit<FunctionGroup, 'matchers'> {
  readonly matcher: FunctionMatcher;
}

/** Groups members that have the same atoms and exclusions, in the order of first appearance. */
export function groupMembers(members: readonly GroupMember[]): readonly FunctionGroup[] {
  const groups = new Map<string, { readonly first: GroupMember; readonly matchers: FunctionMatcher[] }>();
  for (const member of members) {
    const key = writeGroupKey(member);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: member, matchers: [member.matcher] });
    else known.matchers.push(member.matcher);
  }
  return [...groups.values()].map(({ first, matchers }) => ({
    matchers: dropRepeated(matchers),
    callers: first.callers,
    exclusions: first.exclusions,
  }));
}

function writeGroupKey({ callers, exclusions, matcher }: GroupMember): string {
  // Patterns with a wildcard are few, so names and globs keep apart; `any` needs no list at all.
  const form = matcher.kind === 'wildcard' || matcher.kind === 'any' ? matcher.kind : 'named';
  return `${form}\n${exclusions.join(' ')}\n${callers.text}`;
}

function dropRepeated(matchers: readonly FunctionMatcher[]): readonly FunctionMatcher[] {
  const byText = new Map(matchers.map((matcher) => [JSON.stringify(matcher), matcher]));
  return [...byText.values()];
}
