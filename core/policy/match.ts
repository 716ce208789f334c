/**
 * Whether one part of a policy applies to a request. `unsure` stands for everything that AWS's documentation does not
 * settle; the caller decides whether the doubt could change the answer.
 */
export type Match =
  | { readonly kind: 'match' }
  | { readonly kind: 'noMatch' }
  | { readonly kind: 'unsure'; readonly reason: string };

/** The part applies. */
export const MATCH: Match = { kind: 'match' };

/** The part does not apply. */
export const NO_MATCH: Match = { kind: 'noMatch' };

/** The part may apply; `reason` says what is not certain, for people. */
export function beUnsure(reason: string): Match {
  return { kind: 'unsure', reason };
}

/** Turns a certain answer into a `Match`. */
export function decideMatch(applies: boolean): Match {
  return applies ? MATCH : NO_MATCH;
}

/** Logical AND: one certain "no" decides, and doubt counts only where nothing else does. Of nothing: a match. */
export function matchAll(parts: Iterable<Match>): Match {
  return joinMatches(parts, 'noMatch', MATCH);
}

/** Logical OR: one certain "yes" decides, and doubt counts only where nothing else does. Of nothing: no match. */
export function matchAny(parts: Iterable<Match>): Match {
  return joinMatches(parts, 'match', NO_MATCH);
}

/** Stops at the first part that decides, so that what is behind it is never looked at. */
function joinMatches(parts: Iterable<Match>, deciding: 'match' | 'noMatch', otherwise: Match): Match {
  let doubt: Match | undefined;
  for (const part of parts) {
    if (part.kind === deciding) return part;
    if (part.kind === 'unsure') doubt ??= part;
  }
  return doubt ?? otherwise;
}

/** Matches items one by one, only as far as somebody asks. */
export function* matchEach<Item>(items: Iterable<Item>, match: (item: Item) => Match): Generator<Match> {
  for (const item of items) yield match(item);
}

/** Logical NOT; doubt stays doubt. */
export function invertMatch(match: Match): Match {
  if (match.kind === 'unsure') return match;
  return decideMatch(match.kind === 'noMatch');
}
