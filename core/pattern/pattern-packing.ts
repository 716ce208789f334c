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
export function measureRoom(characters: number): number {
  return characters - FRAME;
}

/** Characters of the smallest piece of a group: one function, one branch. */
export function measurePiece(matcher: FunctionMatcher, branch: CallerBranch): number {
  return measure(composeDetail([matcher], [branch])) + 1;
}

/**
 * Writes groups into patterns of at most `characters` each. Groups with a wildcard share patterns with their like, and
 * so do the others; a group that is too long for one is cut by functions, then by branches.
 */
export function packGroups(groups: readonly BranchedGroup[], characters: number): readonly JsonObject[] {
  const room = measureRoom(characters);
  const pieces = groups.flatMap((group) => cutGroup(group, room));
  const kinds = [pieces.filter((piece) => !isWild(piece)), pieces.filter((piece) => isWild(piece))];
  return kinds.flatMap((kind) => fillPatterns(kind, room).map(composePattern));
}

function isWild({ matchers, branches }: Piece): boolean {
  return JSON.stringify(composeDetail(matchers, branches)).includes('"wildcard":');
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
  return measure(writeMatcher(matcher)) + 1;
}

function composeDetail(matchers: readonly FunctionMatcher[], branches: readonly CallerBranch[]): JsonObject {
  const resources = { ARN: matchers.map(writeMatcher) };
  const [first, ...others] = branches;
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

function composePattern(pieces: readonly Piece[]): JsonObject {
  const details = pieces.map(({ matchers, branches }) => composeDetail(matchers, branches));
  const [first, ...others] = details;
  return first !== undefined && others.length === 0
    ? composeEventPattern({ eventName: NOT_EXECUTION, ...first })
    : composeEventPattern({ eventName: NOT_EXECUTION, $or: details });
}
