import type { JsonObject } from '../json.ts';
import type { CallerBranch } from './branch-part.ts';
import { composeEventPattern, measure, NOT_EXECUTION } from './event-pattern.ts';
import type { FunctionGroup } from './function-group.ts';
import { type FunctionMatcher, writeMatcher } from './function-matcher.ts';

/** A group with the alternatives that its callers come to. */
export interface BranchedGroup extends FunctionGroup {
  readonly branches: readonly CallerBranch[];
}

/** A piece of a pattern: one alternative of `$or` in `detail`, or the whole `detail` where it stands alone. */
interface Piece {
  readonly matchers: readonly FunctionMatcher[];
  readonly branches: readonly CallerBranch[];
  readonly length: number;
}

const FRAME = measure(composeEventPattern({ eventName: NOT_EXECUTION, $or: [] }));
/** How many half-filled patterns are kept open, so that packing stays linear. */
const OPEN_PATTERNS = 16;
/** A smaller gap is left empty: a branch hardly fits, and its matchers are written twice for it. */
const SMALLEST_GAP = 150;

/** Characters that a pattern has left for pieces. */
function measureRoom(characters: number, exclusions: readonly string[]): number {
  return characters - FRAME - (exclusions.length === 0 ? 0 : measure(composeExclusion(exclusions)) + 1);
}

/** Characters of the smallest piece of a group: one function, one branch. */
export function measurePiece(matcher: FunctionMatcher, branch: CallerBranch): number {
  return measure(composeDetail([matcher], [branch])) + 1;
}

/** Characters that one piece of a group may take. Beside an exclusion it may have to be written twice. */
export function measurePieceRoom({ exclusions, matchers }: FunctionGroup, characters: number): number {
  const room = measureRoom(characters, exclusions);
  return exclusions.length === 0 || takesAll(matchers) ? room : Math.floor(room / 2);
}

function takesAll(matchers: readonly FunctionMatcher[]): boolean {
  return matchers.every(({ kind }) => kind === 'any');
}

/**
 * Writes groups into patterns of at most `characters` each. Groups of one kind (with a wildcard or without, with the
 * same exclusions) share patterns; a group that is too long for one is cut by functions, then by branches.
 */
export function packGroups(groups: readonly BranchedGroup[], characters: number): readonly JsonObject[] {
  const kinds = new Map<string, { readonly exclusions: readonly string[]; readonly pieces: Piece[] }>();
  for (const group of groups) {
    const wild = group.matchers.some(({ kind }) => kind === 'wildcard') ? 'wildcard' : 'plain';
    const key = [wild, ...group.exclusions].join('\n');
    const kind = kinds.get(key) ?? { exclusions: group.exclusions, pieces: [] };
    kinds.set(key, kind);
    kind.pieces.push(...cutGroup(group, measurePieceRoom(group, characters)));
  }
  return [...kinds.values()].flatMap(({ exclusions, pieces }) =>
    fillPatterns(pieces, measureRoom(characters, exclusions)).map((filled) =>
      composePattern(filled, exclusions),
    ),
  );
}

function cutGroup({ matchers, branches }: BranchedGroup, room: number): readonly Piece[] {
  const longest = matchers.reduce((length, matcher) => Math.max(length, measureMatcher(matcher)), 0);
  const together = measure(composeDetail([], branches)) + longest + 1 <= room;
  const parts = together ? [branches] : branches.map((branch) => [branch]);
  return parts.flatMap((part) => cutMatchers(matchers, part, room));
}

function cutMatchers(
  matchers: readonly FunctionMatcher[],
  branches: readonly CallerBranch[],
  room: number,
): readonly Piece[] {
  const fixed = measure(composeDetail([], branches)) + 1;
  const pieces: Piece[] = [];
  let part: FunctionMatcher[] = [];
  let length = fixed;
  for (const matcher of matchers) {
    const more = measureMatcher(matcher);
    if (part.length > 0 && length + more > room) {
      pieces.push(makePiece(part, branches));
      part = [];
      length = fixed;
    }
    part.push(matcher);
    length += more;
  }
  return [...pieces, makePiece(part, branches)];
}

function makePiece(matchers: readonly FunctionMatcher[], branches: readonly CallerBranch[]): Piece {
  return { matchers, branches, length: measure(composeDetail(matchers, branches)) + 1 };
}

function measureMatcher(matcher: FunctionMatcher): number {
  return measure(matcher.kind === 'any' ? { exists: true } : writeMatcher(matcher)) + 1;
}

function composeDetail(matchers: readonly FunctionMatcher[], branches: readonly CallerBranch[]): JsonObject {
  // Records without `resources` have patterns of their own.
  const ARN = matchers.map((matcher) => (matcher.kind === 'any' ? { exists: true } : writeMatcher(matcher)));
  const [first, ...others] = branches;
  const resources = { ARN };
  if (first === undefined || others.length === 0) return { resources, ...first?.detail };
  return { resources, $or: branches.map(({ detail }) => detail) };
}

function fillPatterns(pieces: readonly Piece[], room: number): readonly (readonly Piece[])[] {
  const patterns: { readonly pieces: Piece[]; left: number }[] = [];
  const put = (piece: Piece, target: { readonly pieces: Piece[]; left: number }): void => {
    target.pieces.push(piece);
    target.left -= piece.length;
  };
  for (const piece of pieces) {
    const open = patterns.slice(-OPEN_PATTERNS);
    const target = open.find(({ left }) => left >= piece.length);
    if (target !== undefined) {
      put(piece, target);
      continue;
    }
    // What does not fit as a whole fills the largest gap with some of its branches.
    const [gap] = open.toSorted((one, other) => other.left - one.left);
    const parts = gap === undefined ? [piece] : splitPiece(piece, gap.left);
    const [part, ...others] = parts;
    if (gap !== undefined && part !== undefined && others.length > 0) put(part, gap);
    const fresh = { pieces: [], left: room };
    patterns.push(fresh);
    put(parts.at(-1) ?? piece, fresh);
  }
  return patterns.map(({ pieces: filled }) => filled);
}

/** Cuts a piece by its branches so that the first part fits; the piece itself where nothing useful would fit. */
function splitPiece({ matchers, branches, length }: Piece, left: number): readonly Piece[] {
  const whole = { matchers, branches, length };
  if (left < SMALLEST_GAP || matchers.length > 2) return [whole];
  for (let count = branches.length - 1; count > 0; count -= 1) {
    const part = makePiece(matchers, branches.slice(0, count));
    if (part.length <= left) return [part, makePiece(matchers, branches.slice(count))];
  }
  return [whole];
}

/** `anything-but` takes one kind of test: endings where they do, wildcards where a glob is among the exclusions. */
function composeExclusion(exclusions: readonly string[]): JsonObject {
  const kind = exclusions.some((text) => text.includes('*')) ? 'wildcard' : 'suffix';
  const texts = exclusions.map((text) => (kind === 'wildcard' && text.startsWith(':') ? `*${text}` : text));
  return { resources: { ARN: [{ 'anything-but': { [kind]: texts } }] } };
}

function composePattern(pieces: readonly Piece[], exclusions: readonly string[]): JsonObject {
  const details = pieces.map(({ matchers, branches }) => composeDetail(matchers, branches));
  const [first, ...others] = details;
  if (exclusions.length === 0) {
    if (first !== undefined && others.length === 0) {
      return composeEventPattern({ eventName: NOT_EXECUTION, ...first });
    }
    return composeEventPattern({ eventName: NOT_EXECUTION, $or: details });
  }
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1 && takesAll(only.matchers)) {
    // The exclusion asks for `resources.ARN` by itself.
    const { resources: _, ...detail } = composeDetail(only.matchers, only.branches);
    return composeEventPattern({ eventName: NOT_EXECUTION, ...composeExclusion(exclusions), ...detail });
  }
  // What a piece says of `resources.ARN` has to hold beside the exclusion: that takes `$or`, with two alternatives.
  const alternatives = others.length === 0 && first !== undefined ? [first, first] : details;
  return composeEventPattern({
    eventName: NOT_EXECUTION,
    ...composeExclusion(exclusions),
    $or: alternatives,
  });
}
