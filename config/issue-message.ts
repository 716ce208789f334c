import type * as z from 'zod';
import { NARROWED_KINDS } from './allowlist-schema.ts';
import { findNearest } from './nearest-key.ts';
import { quote } from './problem.ts';

/** The keys that the design reserves: refused now, so that they can mean something later. */
export const RESERVED_KINDS: ReadonlySet<string> = new Set(['organization', 'federatedUser', 'root']);

/** Says what is wrong with a value that does not have the shape that the schema asks for. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown, key: string): string {
  if (issue.code === 'custom') return issue.message;
  if (value === undefined) return `${quote(key)} is missing, expected ${describeExpected(issue)}: add it`;
  if (value === '' || value === null) {
    return `${quote(key)} has no value, expected ${describeExpected(issue)}: fill it in or remove the key`;
  }
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const nearest = findNearest(value, issue.values.map(String));
    const hint = nearest === undefined ? '' : `: did you mean ${quote(nearest)}?`;
    return `${quote(value)} does not fit ${quote(key)}, expected ${describeExpected(issue)}${hint}`;
  }
  const quoting = typeof value === 'number' ? ': put it in quotes, because a number loses leading zeros' : '';
  return `${quote(value)} does not fit ${quote(key)}, expected ${describeExpected(issue)}${quoting}`;
}

function describeExpected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map((value) => quote(String(value))).join(' or ');
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(describeExpected))].join(' or ');
    default:
      return 'another value';
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list (`- …` on each line, or `[]`)',
  object: 'a map of keys and values',
  int: 'a whole number',
  number: 'a number',
};

/** Says that a key is unknown, with the nearest known one or the whole list. */
export function describeUnknownKey(key: string, known: readonly string[]): string {
  if (RESERVED_KINDS.has(key)) {
    return `${quote(key)} is reserved for a later version, expected one of ${listWords(known)}: remove it`;
  }
  const narrowed = NARROWED_KINDS.get(key);
  if (narrowed !== undefined) {
    return `${quote(key)} can not stand here, expected it in an entry for ${listWords(narrowed)} only: remove it`;
  }
  if (key === '<<') {
    return '`<<` (YAML merge) is not read, expected plain keys: use an anchor for the whole list (`&name`, `*name`)';
  }
  const nearest = findNearest(key, known);
  return nearest === undefined
    ? `${quote(key)} is not a key here, expected one of ${listWords(known)}: remove it`
    : `${quote(key)} is not a key here: did you mean ${quote(nearest)}?`;
}

/** Writes words in backticks with commas between. */
export function listWords(words: readonly string[]): string {
  return words.map(quote).join(', ');
}
