import { hasWildcard } from '../arn.ts';

const PARTS = 6;

/**
 * Writes an ArnLike pattern as a regular expression that both engines of Trino read alike (Joni and RE2J): each of the
 * first five parts stays between its colons. Null where the pattern matches nothing but itself, which needs no
 * expression: it has no wildcard, or is no ARN.
 */
export function composeArnRegex(pattern: string): string | null {
  const parts = pattern.split(':');
  if (!hasWildcard(pattern) || parts.length < PARTS) return null;
  const resource = parts.slice(PARTS - 1).join(':');
  const fixed = parts.slice(0, PARTS - 1).map((part) => translate(part, '[^:]'));
  return `(?s)\\A${[...fixed, translate(resource, '.')].join(':')}\\z`;
}

function translate(part: string, any: string): string {
  return Array.from(part, (character) => {
    if (character === '*') return `${any}*`;
    if (character === '?') return any;
    return /^[A-Za-z0-9]$/.test(character) || (character.codePointAt(0) ?? 0) > 0x7f
      ? character
      : escapeSign(character);
  }).join('');
}

/** By its number, so that no sign can mean anything to an engine. */
function escapeSign(sign: string): string {
  return `\\x{${(sign.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Writes a glob (`*` any run, `?` one character) as a pattern of `LIKE … ESCAPE '\'`. */
export function composeLike(glob: string): string {
  return glob
    .replaceAll(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}
