import type { FunctionEntry, FunctionSelector } from '../core/allowlist/allowlist.ts';
import { coversPattern, overlapsPattern } from './pattern-cover.ts';
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
 * the winner stands alone and nobody could say which), and globs that always lose to a longer one (a warning).
 */
export function findFunctionOverlaps(functions: readonly FunctionEntry[], findings: Findings): void {
  const seen = new Map<string, FunctionEntry>();
  const globs: { readonly glob: string; readonly stem: string; readonly entry: FunctionEntry }[] = [];
  for (const entry of functions) {
    const text = writeSelector(entry.selector);
    const earlier = seen.get(text);
    if (earlier === undefined) {
      seen.set(text, entry);
      if (entry.selector.kind === 'glob') {
        globs.push({ glob: text, stem: /^[^*?]*/.exec(text)?.[0] ?? '', entry });
      }
    } else {
      findings.problems.push({
        pointer: extendPointer(entry.pointer, 'name'),
        at: 'value',
        message: `${quote(text)} is there already (\`${earlier.pointer}\`), expected each function once: merge the two`,
      });
    }
  }
  // Sorted by what stands before the first wildcard: two globs can only meet if one stem begins the other.
  globs.sort((left, right) => (left.stem < right.stem ? -1 : left.stem > right.stem ? 1 : 0));
  globs.forEach((left, index) => {
    for (let next = index + 1; next < globs.length; next += 1) {
      const right = globs[next];
      if (right === undefined || !right.stem.startsWith(left.stem)) break;
      compareGlobs(left, right, findings);
    }
  });
}

interface Glob {
  readonly glob: string;
  readonly entry: FunctionEntry;
}

function compareGlobs(left: Glob, right: Glob, findings: Findings): void {
  if (left.glob.length === right.glob.length) {
    if (!overlapsPattern(left.glob, right.glob)) return;
    const [first, second] = readOrder(left) < readOrder(right) ? [left, right] : [right, left];
    findings.problems.push({
      pointer: extendPointer(second.entry.pointer, 'name'),
      at: 'value',
      message: `${quote(second.glob)} and ${quote(first.glob)} (\`${first.entry.pointer}\`) are equally long and can match the same function, expected one winner: make one of them longer, or name the functions`,
    });
    return;
  }
  const [shorter, longer] = left.glob.length < right.glob.length ? [left, right] : [right, left];
  if (!coversPattern(longer.glob, shorter.glob)) return;
  findings.warnings.push({
    pointer: extendPointer(shorter.entry.pointer, 'name'),
    at: 'value',
    message: `${quote(shorter.glob)} never decides: ${quote(longer.glob)} (\`${longer.entry.pointer}\`) is longer and matches everything that it matches; remove one`,
  });
}

function readOrder({ entry }: Glob): number {
  return Number(entry.pointer.split('/').at(-1));
}
