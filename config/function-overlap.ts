import type { FunctionEntry, FunctionSelector } from '../core/allowlist/allowlist.ts';
import { indexGlobs, listMatches } from '../core/allowlist/glob-index.ts';
import { overlapsText } from '../core/plan/arn-pattern.ts';
import { coversPattern } from './pattern-cover.ts';
import { extendPointer, quote } from './problem.ts';
import type { Findings } from './shape-reader.ts';

/** The text of a selector as the file writes it. */
export function writeSelector(selector: FunctionSelector): string {
  switch (selector.kind) {
    case 'arn':
      return selector.arn;
    case 'name':
      return selector.name;
    case 'glob':
      return selector.glob;
  }
}

/**
 * Finds function entries that can not both stand: two that are equally specific for some function (a problem, because
 * the winner stands alone and nobody could say which), and globs that always lose to a longer one (a warning). An entry
 * is told once, with one other that it meets, so that thousands of globs do not give millions of messages.
 */
export function findFunctionOverlaps(functions: readonly FunctionEntry[], findings: Findings): void {
  const globs = findRepeated(functions, findings);
  for (const ofLength of groupBy(globs, ({ glob }) => String(glob.length))) {
    const columns = findSharedColumns(ofLength);
    const group = groupBy(ofLength, ({ glob }) => columns.map((column) => glob[column]).join(''));
    for (const members of group) findEqualGlobs(members, findings);
  }
  findBeatenGlobs(globs, findings);
}

interface Glob {
  readonly glob: string;
  readonly entry: FunctionEntry;
  /** Its place among the globs of the file. */
  readonly order: number;
}

/** Finds functions and globs that are there twice. Answers the globs, each once, in the order of the file. */
function findRepeated(functions: readonly FunctionEntry[], findings: Findings): readonly Glob[] {
  const seen = new Map<string, FunctionEntry>();
  const globs: Glob[] = [];
  for (const entry of functions) {
    const text = writeSelector(entry.selector);
    const earlier = seen.get(text);
    if (earlier === undefined) {
      seen.set(text, entry);
      if (entry.selector.kind === 'glob') globs.push({ glob: text, entry, order: globs.length });
    } else {
      findings.problems.push({
        pointer: extendPointer(entry.pointer, 'name'),
        at: 'value',
        message: `${quote(text)} is there already (\`${earlier.pointer}\`), expected each function once: merge the two`,
      });
    }
  }
  return globs;
}

function groupBy(globs: readonly Glob[], key: (glob: Glob) => string): readonly (readonly Glob[])[] {
  const groups = new Map<string, Glob[]>();
  for (const one of globs) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/**
 * The columns in which each of these globs, all of one length, has a character that stands at a fixed place of the name:
 * no `*` goes before it, or none comes after it. Two globs that differ there match no name in common.
 */
function findSharedColumns(globs: readonly Glob[]): readonly number[] {
  const length = globs[0]?.glob.length ?? 0;
  const stars = globs.map(({ glob }) => ({ first: glob.indexOf('*'), last: glob.lastIndexOf('*') }));
  const beforeStars = Math.min(...stars.map(({ first }) => (first < 0 ? length : first)));
  const afterStars = Math.max(...stars.map(({ last }) => last));
  return Array.from({ length }, (_, column) => column).filter(
    (column) =>
      (column < beforeStars || column > afterStars) && globs.every(({ glob }) => glob[column] !== '?'),
  );
}

/**
 * Finds globs of one length that can match the same function. Sorted by what stands before the first wildcard, only
 * neighbours can meet: one's beginning begins the other's. The same holds for the ends, and the side that tells more of
 * the globs apart is taken.
 */
function findEqualGlobs(globs: readonly Glob[], findings: Findings): void {
  const starts = globs.map(({ glob }) => /^[^*?]*/.exec(glob)?.[0] ?? '');
  const ends = globs.map(({ glob }) => (/[^*?]*$/.exec(glob)?.[0] ?? '').split('').reverse().join(''));
  const sides = new Set(starts).size < new Set(ends).size ? ends : starts;
  const sorted = globs
    .map((one, index) => ({ ...one, side: sides[index] ?? '' }))
    .sort((left, right) => (left.side < right.side ? -1 : left.side > right.side ? 1 : 0));
  const told = new Set<Glob>();
  for (let index = 0; index < sorted.length; index += 1) {
    const left = sorted[index];
    if (told.size === sorted.length - 1) break;
    // Two loops over thousands of globs: what is tested first is what costs least.
    for (let next = index + 1; next < sorted.length; next += 1) {
      const right = sorted[next];
      if (left === undefined || right === undefined) break;
      if (left.side !== '' && !right.side.startsWith(left.side)) break;
      const second = left.order < right.order ? right : left;
      if (told.has(second) || !overlapsText(left.glob, right.glob)) continue;
      told.add(second);
      tellEqual(second === right ? left : right, second, findings);
    }
  }
}

function tellEqual(first: Glob, second: Glob, findings: Findings): void {
  findings.problems.push({
    pointer: extendPointer(second.entry.pointer, 'name'),
    at: 'value',
    message: `${quote(second.glob)} and ${quote(first.glob)} (\`${first.entry.pointer}\`) are equally long and can match the same function, expected one winner: make one of them longer, or name the functions`,
  });
}

/** A glob that covers another one matches its text too: only such globs are looked at. */
function findBeatenGlobs(globs: readonly Glob[], findings: Findings): void {
  const index = indexGlobs(globs.map((one) => [one.glob, one.entry]));
  for (const { glob, entry } of globs) {
    const winner = listMatches(index, glob).find(
      (other) => other.glob.length > glob.length && coversPattern(other.glob, glob),
    );
    if (winner === undefined) continue;
    findings.warnings.push({
      pointer: extendPointer(entry.pointer, 'name'),
      at: 'value',
      message: `${quote(glob)} never decides: ${quote(winner.glob)} (\`${winner.item.pointer}\`) is longer and matches everything that it matches; remove one`,
    });
  }
}
