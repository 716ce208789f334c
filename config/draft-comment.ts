import { stringify } from 'yaml';
import { describeCaller } from '../core/caller/description.ts';
import type { EntryDraft } from '../core/learn/entry-draft.ts';
import { printSafely } from '../core/text.ts';

/** What comments say already, a line each; an entry that is commented out is one, with all of its lines. */
export type KnownComments = ReadonlySet<string>;

/** Reads the comments in a part of an allowlist, so that a second draft does not write them again. */
export function readComments(text: string): KnownComments {
  const lines = text.split(/\r?\n/).flatMap((line) => /^\s*#(.*)$/.exec(line)?.[1] ?? []);
  return new Set(lines.join('\n').split(CONTINUED));
}

/** The further lines of an entry stand two columns to the right. */
const CONTINUED = /\n(?! {3})/;

/** Whether the comments have the draft's entry already: a person has not decided on it yet, or against it. */
export function isCommented(draft: EntryDraft, comments: KnownComments): boolean {
  return comments.has(writeBody(draft));
}

/** An entry as lines of a comment, ready to be uncommented. */
export function writeComment(draft: EntryDraft, caution: string | null): string {
  const reason = caution === null ? '' : `${printSafely(caution)}: `;
  return ` ${reason}${writeRemark(draft)}\n${writeBody(draft)}`;
}

function writeBody({ entry, caller }: EntryDraft): string {
  const body =
    entry === null
      ? `(${printSafely(describeCaller(caller))})`
      : stringify([entry], { lineWidth: 0 }).trimEnd();
  return body
    .split('\n')
    .map((line) => ` ${printSafely(line)}`)
    .join('\n');
}

/** How often and when, and how much of it failed. */
export function writeRemark({ calls, failed, firstMs, lastMs }: EntryDraft): string {
  const count = countCalls(calls);
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  if (Number.isNaN(firstMs)) return `${count}${failures}, no time recorded`;
  const [first, last] = [writeDay(firstMs), writeDay(lastMs)];
  return `${count}${failures}, ${first === last ? `on ${first}` : `${first} to ${last}`}`;
}

/** `1 call`, `2 calls`. */
export function countCalls(calls: number): string {
  return `${calls} ${calls === 1 ? 'call' : 'calls'}`;
}

function writeDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
