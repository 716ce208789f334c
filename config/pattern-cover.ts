import { hasWildcard, matchWildcard } from '../core/arn.ts';

/**
 * Decides whether everything that pattern `narrow` matches is matched by pattern `wide` too (`*` any run, `?` one
 * character). A yes is certain; a no may be wrong for rare pairs such as `?*` and `*?`, which is good enough for
 * warnings.
 */
export function coversPattern(wide: string, narrow: string): boolean {
  // What the narrow one matches includes its own text; this tells most pairs apart.
  if (!matchWildcard(wide, narrow)) return false;
  // One row of the table at a time: reach[i] tells whether wide.slice(i) covers narrow.slice(j).
  let reach = startRow(wide);
  reach[wide.length] = true;
  for (let i = wide.length - 1; i >= 0; i -= 1) reach[i] = wide[i] === '*' && reach[i + 1] === true;
  for (let j = narrow.length - 1; j >= 0; j -= 1) {
    const next = startRow(wide);
    for (let i = wide.length - 1; i >= 0; i -= 1) {
      if (wide[i] === '*') next[i] = next[i + 1] === true || reach[i] === true;
      else if (narrow[j] === '*') next[i] = false;
      else next[i] = (wide[i] === '?' || wide[i] === narrow[j]) && reach[i + 1] === true;
    }
    reach = next;
  }
  return reach[0] === true;
}

/**
 * Decides whether some text matches both patterns. What stands before the first `*` of both has to agree, and what
 * stands behind the last; where both have a `*`, that is enough: each takes what the other has in between.
 */
export function overlapsPattern(left: string, right: string): boolean {
  if (!startsAgree(left, right) || !endsAgree(left, right)) return false;
  if (left.includes('*') && right.includes('*')) return true;
  return meet(left, right);
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

function meet(left: string, right: string): boolean {
  let reach = startRow(right);
  reach[right.length] = true;
  for (let j = right.length - 1; j >= 0; j -= 1) reach[j] = right[j] === '*' && reach[j + 1] === true;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const next = startRow(right);
    next[right.length] = left[i] === '*' && reach[right.length] === true;
    for (let j = right.length - 1; j >= 0; j -= 1) {
      if (left[i] === '*') next[j] = reach[j] === true || next[j + 1] === true;
      else if (right[j] === '*') next[j] = next[j + 1] === true || reach[j] === true;
      else {
        const same = left[i] === '?' || right[j] === '?' || left[i] === right[j];
        next[j] = same && reach[j + 1] === true;
      }
    }
    reach = next;
  }
  return reach[0] === true;
}

/** As {@link coversPattern}, for ARN patterns: each of the six parts on its own, as ArnLike compares them. */
export function coversArnPattern(wide: string, narrow: string): boolean {
  if (!hasWildcard(wide)) return wide === narrow;
  const wideParts = cutPattern(wide);
  const narrowParts = cutPattern(narrow);
  return wideParts.every((part, index) => {
    const narrowPart = narrowParts[index] ?? '';
    return part === narrowPart || (hasWildcard(part) && coversPattern(part, narrowPart));
  });
}

function cutPattern(pattern: string): readonly string[] {
  const parts = pattern.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function startRow(pattern: string): boolean[] {
  return Array.from({ length: pattern.length + 1 }, () => false);
}
