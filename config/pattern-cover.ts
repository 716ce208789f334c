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
