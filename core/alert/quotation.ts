import { printSafely } from '../text.ts';

/** Cuts a text to a number of characters and says so. */
export function shortenText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters)}… (${text.length - characters} more characters)`;
}

const QUOTED_CHARACTERS = 300;

/**
 * Makes text from a record fit to stand in an e-mail: one line, no control or direction characters, no link.
 * Mail programs turn `https://…`, `www.…` and `name.tld` into links, so the colon of `://` and the dots between
 * letters are put into brackets; the exact text stands in the alert's JSON.
 */
export function quoteText(text: string): string {
  return shortenText(printSafely(text), QUOTED_CHARACTERS)
    .replaceAll('://', '[:]//')
    .replaceAll(/(?<=[A-Za-z0-9-])\.(?=[A-Za-z])/g, '[.]');
}
