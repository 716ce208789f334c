import { type CallerSet, makeCallerSet } from './caller-atom.ts';
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

/**
 * Groups members that have the same callers, in the order of first appearance.
 *
 * INVARIANT: no matcher stands in two groups. Of two alternatives of one pattern that agree in all but their last field,
 * event-ruler forgets values of that field (test/event-ruler/semantics.test.ts), so that a call might go unmatched.
 */
export function groupMembers(members: readonly GroupMember[]): readonly FunctionGroup[] {
  const groups = new Map<string, { readonly callers: CallerSet; readonly matchers: FunctionMatcher[] }>();
  for (const { matcher, callers } of mergeAlike(members)) {
    // Patterns with a wildcard are few, so names and globs keep apart.
    const form = matcher.kind === 'wildcard' || matcher.kind === 'anyBut' ? matcher.kind : 'named';
    const key = `${form}\n${callers.text}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { callers, matchers: [matcher] });
    else known.matchers.push(matcher);
  }
  return [...groups.values()];
}

/** Members with one matcher as one member: a call by a caller whom one of them does not list is matched anyway. */
function mergeAlike(members: readonly GroupMember[]): readonly GroupMember[] {
  const merged = new Map<string, GroupMember>();
  for (const member of members) {
    const text = JSON.stringify(member.matcher);
    const known = merged.get(text);
    merged.set(
      text,
      known === undefined ? member : { ...known, callers: intersect(known.callers, member.callers) },
    );
  }
  return [...merged.values()];
}

function intersect(one: CallerSet, other: CallerSet): CallerSet {
  if (one.text === other.text) return one;
  const keys = new Set(other.atoms.map(({ key }) => key));
  return makeCallerSet(one.atoms.filter(({ key }) => keys.has(key)));
}
