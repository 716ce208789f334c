import type { CallerSet } from './caller-atom.ts';
import type { FunctionMatcher } from './function-matcher.ts';

/** Functions whose records are filtered alike. */
export interface FunctionGroup {
  readonly matchers: readonly FunctionMatcher[];
  /** Callers that are certainly authorized for every function of the group. */
  readonly callers: CallerSet;
}

/** One function entry on its way into a group. */
export interface GroupMember {
  readonly matcher: FunctionMatcher;
  readonly callers: CallerSet;
}

/** Groups members that have the same callers, in the order of first appearance. */
export function groupMembers(members: readonly GroupMember[]): readonly FunctionGroup[] {
  const groups = new Map<string, { readonly callers: CallerSet; readonly matchers: FunctionMatcher[] }>();
  for (const { matcher, callers } of members) {
    // Patterns with a wildcard are few, so names and globs keep apart.
    const form = matcher.kind === 'wildcard' || matcher.kind === 'anyBut' ? matcher.kind : 'named';
    const key = `${form}\n${callers.text}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { callers, matchers: [matcher] });
    else known.matchers.push(matcher);
  }
  return [...groups.values()].map(({ callers, matchers }) => ({ callers, matchers: dropRepeated(matchers) }));
}

function dropRepeated(matchers: readonly FunctionMatcher[]): readonly FunctionMatcher[] {
  const byText = new Map(matchers.map((matcher) => [JSON.stringify(matcher), matcher]));
  return [...byText.values()];
}
