import { printSafely } from '../../core/text.ts';

/** HTML that is known to be good: written by us, or escaped. Nothing else gets into the page. */
export interface Markup {
  readonly kind: 'markup';
  readonly text: string;
}

/** What may stand in a template: texts are escaped, markup is not. */
export type MarkupValue = string | number | Markup | readonly MarkupValue[];

/** Longer texts are cut in the page: logs hold what strangers wrote, and a page must open. The JSON has them whole. */
const LONGEST_TEXT = 300;

/**
 * Composes HTML. Every text that is put in is escaped for elements and for quoted attributes alike, and characters that
 * act on the screen instead of standing on it are written out.
 */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const text = strings.reduce((all, string, index) => {
    const value = values[index - 1];
    return `${all}${value === undefined ? '' : render(value)}${string}`;
  });
  return { kind: 'markup', text };
}

/** Declares text to be HTML. Only for what a library serialized and for constants: never for text from logs. */
export function trustMarkup(text: string): Markup {
  return { kind: 'markup', text };
}

function render(value: MarkupValue): string {
  if (typeof value === 'string') return escapeText(cutText(value));
  if (typeof value === 'number') return String(value);
  return 'kind' in value ? value.text : value.map(render).join('');
}

/** One line of harmless characters, not longer than a page bears; its beginning and its end stay. */
export function cutText(text: string): string {
  const safe = printSafely(text);
  if (safe.length <= LONGEST_TEXT) return safe;
  // Cut between characters, not between the halves of one.
  const characters = Array.from(safe);
  return `${characters.slice(0, 200).join('')} […] ${characters.slice(-80).join('')}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
