import { type Document, isMap, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { describeCaller } from '../core/caller/description.ts';
import type { PlacedDraft } from '../core/learn/allowlist-draft.ts';
import type { EntryDraft, FunctionDraft, WrittenEntry } from '../core/learn/entry-draft.ts';
import { printSafely } from '../core/text.ts';
import { compileAllowlist } from './allowlist-file.ts';
import { checkFunctionName } from './value-check.ts';

const EMPTY = 'version: 1\nmode: observe\nfunctions: []\n';

/**
 * Writes drafts into the text of an allowlist; comments and order of what is there stay. Entries with a caution, and
 * entries that the file could not have, are written as comments for a person to decide.
 *
 * @param text a good allowlist file; null for a new one.
 * @param title stands as a comment at the head of a new file.
 * @param nowMs epoch milliseconds, for what `check` would say of an entry.
 */
export function writeDrafts(
  text: string | null,
  drafts: readonly PlacedDraft[],
  title: string,
  nowMs: number,
): string {
  const document: Document = parseDocument(text ?? EMPTY);
  if (text === null) document.commentBefore = ` ${title}`;
  const functions = document.get('functions');
  if (!isSeq(functions)) throw new TypeError('an allowlist without a list of functions was not refused');
  for (const { draft, place } of drafts) {
    const fault = place.kind === 'new' ? checkFunctionName(draft.functionArn) : undefined;
    if (fault !== undefined)
      addComment(document, ` ${countCalls(draft.calls)}, not drafted: ${printSafely(fault)}`);
    else if (place.kind === 'new') functions.add(writeFunction(document, draft, nowMs));
    else extendFunction(document, functions.items[place.index], draft, place.glob, nowMs);
  }
  functions.flow = false;
  return document.toString({ lineWidth: 0 });
}

/** A comment is kept apart from those that are there. */
function addComment(node: { comment?: string | null }, text: string): void {
  node.comment = node.comment ? `${node.comment}\n${text}` : text;
}

function writeFunction(document: Document, draft: FunctionDraft, nowMs: number): YAMLMap {
  const node = document.createNode({ name: draft.functionArn, invokers: [] });
  node.commentBefore = ` ${countCalls(draft.calls)}`;
  const list = node.get('invokers');
  if (isSeq(list)) addEntries(document, list, draft, null, nowMs);
  return node;
}

/** A list that is shared by an alias would change for other functions too: then the drafts stay comments. */
function extendFunction(
  document: Document,
  node: unknown,
  draft: FunctionDraft,
  glob: string | null,
  nowMs: number,
): void {
  if (!isMap(node)) return;
  const list = node.get('invokers', true);
  if (isSeq(list)) {
    const known = list.items.map((item) => JSON.stringify(isMap(item) ? item.toJSON() : null));
    addEntries(
      document,
      list,
      draft,
      glob === null ? null : `${glob} names other functions too`,
      nowMs,
      known,
    );
  } else {
    for (const entry of draft.entries)
      addComment(node, writeComment(entry, 'the list is shared by an alias'));
  }
}

function addEntries(
  document: Document,
  list: YAMLSeq,
  draft: FunctionDraft,
  reservation: string | null,
  nowMs: number,
  known: readonly string[] = [],
): void {
  const comments: string[] = [];
  for (const entry of draft.entries) {
    // The same caller of another function that this list is for (one name in two Regions).
    if (known.includes(JSON.stringify(entry.entry))) continue;
    const caution = entry.caution ?? reservation ?? findObstacle(entry.entry, known, nowMs);
    if (caution !== null || entry.entry === null) {
      comments.push(writeComment(entry, caution));
      continue;
    }
    const node = document.createNode(entry.entry);
    node.commentBefore = ` ${writeRemark(entry)}`;
    list.add(node);
  }
  if (list.items.length > 0) list.flow = false;
  for (const comment of comments) addComment(list, comment);
}

/** Why an entry can not simply be added, as `check` would say it; null where it can. */
function findObstacle(entry: WrittenEntry | null, known: readonly string[], nowMs: number): string | null {
  if (entry === null) return 'no entry can name this caller';
  const values = Object.entries(entry).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  if (known.some((text) => values.every((value) => text.includes(value)))) {
    return 'an entry for it is there, which has expired or is narrower';
  }
  const file = { version: 1, functions: [{ name: 'drafted', invokers: [entry] }] };
  const reading = compileAllowlist(file, 'draft', nowMs);
  return reading.kind === 'invalid' ? (reading.problems[0]?.message ?? 'not an entry') : null;
}

/** An entry as lines of a comment, ready to be uncommented. */
function writeComment(draft: EntryDraft, caution: string | null): string {
  const remark = `${caution === null ? '' : `${printSafely(caution)}: `}${writeRemark(draft)}`;
  const body =
    draft.entry === null
      ? `(${printSafely(describeCaller(draft.caller))})`
      : stringify([draft.entry], { lineWidth: 0 }).trimEnd();
  return [remark, ...body.split('\n')].map((line) => ` ${line}`).join('\n');
}

function writeRemark({ calls, failed, firstMs, lastMs }: EntryDraft): string {
  const count = countCalls(calls);
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  if (Number.isNaN(firstMs)) return `${count}${failures}, no time recorded`;
  const [first, last] = [writeDay(firstMs), writeDay(lastMs)];
  return `${count}${failures}, ${first === last ? `on ${first}` : `${first} to ${last}`}`;
}

function countCalls(calls: number): string {
  return `${calls} ${calls === 1 ? 'call' : 'calls'}`;
}

function writeDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
