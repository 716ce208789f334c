import type { JsonObject } from '../json.ts';
import type { CallerBranch } from './branch-part.ts';
import { composeEventPattern, measure, NOT_EXECUTION } from './event-pattern.ts';
import type { FunctionGroup } from './function-group.ts';
import { type FunctionMatcher, writeMatcher } from './function-matcher.ts';

/** Whether a pattern with this in it counts among the rules with wildcards. */
export type PatternForm = 'plain' | 'wildcard';

/** A branch with what packing asks for again and again. */
export interface MeasuredBranch extends CallerBranch {
  /** Characters of `detail`. */
  readonly length: number;
  readonly form: PatternForm;
}

/** A group with the alternatives that its callers come to. */
export interface BranchedGroup extends FunctionGroup {
  readonly branches: readonly MeasuredBranch[];
}

/** A piece of a pattern: one alternative of `$or` in `detail`, or the whole `detail` where it stands alone. */
interface Piece {
  readonly matchers: readonly FunctionMatcher[];
  readonly branches: readonly MeasuredBranch[];
  /** Characters, with a comma. */
  readonly length: number;
}

/** A pattern that is not written out yet. */
export interface PackedPattern {
  readonly form: PatternForm;
  readonly pieces: readonly Piece[];
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

/** Measures a branch. */
export function measureBranch(branch: CallerBranch): MeasuredBranch {
  const text = JSON.stringify(branch.detail);
  return { ...branch, length: text.length, form: text.includes('"wildcard":') ? 'wildcard' : 'plain' };
}

/** Characters of one function as `resources.ARN` names it, with a comma. */
export function measureMatcher(matcher: FunctionMatcher): number {
  return measure(writeMatcher(matcher)) + 1;
}

const RESOURCES = measure({ resources: { ARN: [] } }) - 1;
const OR = measure({ $or: [] }) - 2;

/** Characters of a piece, with a comma; `matchers` are the characters of its functions, each with a comma. */
export function measurePiece(matchers: number, branches: readonly MeasuredBranch[]): number {
  const length = branches.reduce((sum, branch) => sum + branch.length + 1, 0);
  return RESOURCES + matchers + OR + length + 3;
}

/** Whether a group or a piece of it takes a pattern with wildcards. */
export function readForm({ matchers, branches }: Omit<Piece, 'length'>): PatternForm {
  const wild =
    branches.some(({ form }) => form === 'wildcard') ||
    matchers.some((matcher) => matcher.kind === 'wildcard' || hasWildExclusion(matcher));
  return wild ? 'wildcard' : 'plain';
}

function hasWildExclusion(matcher: FunctionMatcher): boolean {
  return matcher.kind === 'anyBut' && matcher.but.some((text) => text.includes('*'));
}

/**
 * Packs groups into patterns of at most `characters` each. Groups with a wildcard share patterns with their like, and
 * so do the others; a group that is too long for one is cut by functions, then by branches.
 */
export function packGroups(groups: readonly BranchedGroup[], characters: number): readonly PackedPattern[] {
  const room = measureRoom(characters);
  const pieces: Readonly<Record<PatternForm, Piece[]>> = { plain: [], wildcard: [] };
  for (const group of groups) {
    for (const piece of cutGroup(group, room)) pieces[readForm(piece)].push(piece);
  }
  return (['plain', 'wildcard'] as const).flatMap((form) =>
    fillPatterns(pieces[form], room).map((filled) => ({
      // A piece that was cut may have left its wildcard in the pattern before.
      form: form === 'wildcard' && filled.some((piece) => readForm(piece) === form) ? form : 'plain',
      pieces: filled,
    })),
  );
}

function cutGroup({ matchers, branches }: BranchedGroup, room: number): readonly Piece[] {
  const longest = matchers.reduce((length, matcher) => Math.max(length, measureMatcher(matcher)), 0);
  const parts = measurePiece(longest, branches) <= room ? [branches] : branches.map((branch) => [branch]);
  return parts.flatMap((part) => cutMatchers(matchers, part, room));
}

function cutMatchers(
  matchers: readonly FunctionMatcher[],
  branches: readonly MeasuredBranch[],
  room: number,
): readonly Piece[] {
  const fixed = measurePiece(0, branches);
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

function makePiece(matchers: readonly FunctionMatcher[], branches: readonly MeasuredBranch[]): Piece {
  const length = matchers.reduce((sum, matcher) => sum + measureMatcher(matcher), 0);
  return { matchers, branches, length: measurePiece(length, branches) };
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

/** Writes a pattern out. */
export function composePattern({ pieces }: PackedPattern): JsonObject {
  const details = pieces.map(({ matchers, branches }) => composeDetail(matchers, branches));
  const [first, ...others] = details;
  return first !== undefined && others.length === 0
    ? composeEventPattern({ eventName: NOT_EXECUTION, ...first })
    : composeEventPattern({ eventName: NOT_EXECUTION, $or: details });
}
