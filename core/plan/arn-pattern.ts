import { hasWildcard, matchWildcard } from '../arn.ts';

/** An ARN pattern cut into the six parts that `ArnLike` compares one by one; other text is one part. */
function cutPattern(pattern: string): readonly string[] {
  const parts = pattern.split(':');
  return parts.length < 6 ? [pattern] : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** How many characters stand before the first wildcard. */
function findWildcard(pattern: string): number {
  const index = pattern.search(/[*?]/);
  return index < 0 ? pattern.length : index;
}

/**
 * Decides whether every ARN that `inner` matches is certainly matched by `outer` too. May say `false` where it is
 * true but not easily seen; never the other way round.
 */
export function containsPattern(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  // Nearly all pairs differ before the first wildcard: they need not be cut.
  if (!inner.startsWith(outer.slice(0, findWildcard(outer)))) return false;
  const outerParts = cutPattern(outer);
  const innerParts = cutPattern(inner);
  if (outerParts.length !== 6 || innerParts.length !== 6) return false;
  return outerParts.every((part, index) => containsText(part, innerParts[index] ?? ''));
}

/** `containsPattern` for plain text with `*` and `?`, as `StringLike` compares it. */
export function containsText(outer: string, inner: string): boolean {
  if (outer === inner || outer === '*') return true;
  // A `?` would take a `*` of the inner pattern for one character, though it stands for many.
  if (outer.includes('?') && hasWildcard(inner)) return false;
  return matchWildcard(outer, inner);
}

/** Decides whether some ARN may match both patterns; `false` only where certainly none does. */
export function overlapsPattern(left: string, right: string): boolean {
  if (left === right) return true;
  const common = Math.min(findWildcard(left), findWildcard(right));
  if (left.slice(0, common) !== right.slice(0, common)) return false;
  const leftParts = cutPattern(left);
  const rightParts = cutPattern(right);
  if (leftParts.length !== 6 || rightParts.length !== 6) return overlapsText(left, right);
  return leftParts.every((part, index) => overlapsText(part, rightParts[index] ?? ''));
}

/**
 * Decides whether some text matches both wildcard patterns. What stands before the first `*` of both has to agree, and
 * what stands behind the last; where both have a `*`, that is enough: each takes what the other has in between.
 */
export function overlapsText(left: string, right: string): boolean {
  if (left === right) return true;
  if (!startsAgree(left, right) || !endsAgree(left, right)) return false;
  if (left.includes('*') && right.includes('*')) return true;
  if (!hasWildcard(left)) return matchWildcard(right, left);
  if (!hasWildcard(right)) return matchWildcard(left, right);
  // row[j]: the rest of `left` from i and the rest of `right` from j have a text in common.
  let below: boolean[] = [];
  for (let i = left.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = right.length; j >= 0; j -= 1) {
      const a = left[i];
      const b = right[j];
      if (a === undefined && b === undefined) row[j] = true;
      else if (a === '*') row[j] = below[j] === true || (b !== undefined && row[j + 1] === true);
      else if (b === '*') row[j] = row[j + 1] === true || (a !== undefined && below[j] === true);
      else
        row[j] =
          a !== undefined && b !== undefined && (a === b || a === '?' || b === '?') && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

const STAR = 42;
const QUESTION = 63;

// Both run for each pair of thousands of globs, so they do without anything but numbers.
function startsAgree(left: string, right: string): boolean {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === STAR || b === STAR) return true;
    if (a !== b && a !== QUESTION && b !== QUESTION) return false;
  }
  return true;
}

function endsAgree(left: string, right: string): boolean {
  const length = Math.min(left.length, right.length);
  for (let index = 1; index <= length; index += 1) {
    const a = left.charCodeAt(left.length - index);
    const b = right.charCodeAt(right.length - index);
    if (a === STAR || b === STAR) return true;
    if (a !== b && a !== QUESTION && b !== QUESTION) return false;
  }
  return true;
}
