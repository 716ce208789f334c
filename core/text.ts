// Controls (Cc), invisible and direction-changing characters (Cf and everything that renderers may ignore), halves of
// surrogate pairs (Cs), and the two separators that some programs break lines at (Zl, Zp).
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Makes text that somebody else wrote fit to print on a terminal or in an alert: always one line, and every character
 * that could act on the reader's screen instead of standing on it (escape sequences, line breaks, right-to-left
 * overrides, invisible letters) is written out as `\u{1b}`. Printable text of any script is left as it is.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function printSafely(text: string): string {
  return text.replaceAll(HARMFUL, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * Writes a value as JSON on one line, of which every character is safe to print: what `printSafely` writes out is
 * escaped as JSON escapes it (`\u202e`), so that a parser reads the very same value.
 */
export function encodeJsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(HARMFUL, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Orders texts by their code units, the same on every machine. */
export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
