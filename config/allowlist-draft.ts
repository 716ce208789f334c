import { type Document, isMap, isNode, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import type { PlacedDraft } from '../core/learn/allowlist-draft.ts';
import type { FunctionDraft, WrittenEntry } from '../core/learn/entry-draft.ts';
import { printSafely } from '../core/text.ts';
import { compileAllowlist } from './allowlist-file.ts';
import { parseKeepingComments } from './comment-place.ts';
import { countCalls, isCommented, readComments, writeComment, writeRemark } from './draft-comment.ts';
import { checkFunctionName } from './value-check.ts';

const EMPTY = 'version: 1\nmode: observe\nfunctions: []\n';

/**
 * Writes drafts into the text of an allowlist; comments and order of what is there stay. Entries with a caution, and
 * entries that the file could not have, are written as comments for a person to decide, unless they are there already.
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
  const before = text ?? EMPTY;
  const document = parseKeepingComments(before);
  if (text === null) document.commentBefore = ` ${title}`;
  const functions = document.get('functions');
  if (!isSeq(functions)) throw new TypeError('an allowlist without a list of functions was not refused');
  const parts = cutFunctions(before, functions);
  const writing = { document, nowMs };
  for (const { draft, place } of drafts) {
    const fault = place.kind === 'new' ? checkFunctionName(draft.functionArn) : undefined;
    if (fault !== undefined) addRefusal(document, draft, fault, before);
    else if (place.kind === 'new') functions.add(writeFunction(draft, writing));
    else extendFunction(functions.items[place.index], draft, place.glob, parts[place.index] ?? '', writing);
  }
  // Comments have no place in braces.
  functions.flow = false;
  if (isMap(document.contents)) document.contents.flow = false;
  const written = document.toString({ lineWidth: 0 });
  return before.includes('\r\n') ? written.replaceAll(/\r?\n/g, '\r\n') : written;
}

/** What writing takes beside the draft. */
interface DraftWriting {
  readonly document: Document;
  readonly nowMs: number;
}

/** The text of each function entry, with the comments that follow it. */
function cutFunctions(text: string, functions: YAMLSeq): readonly string[] {
  const starts = functions.items.map((item) => (isNode(item) ? item.range?.[0] : undefined) ?? text.length);
  return starts.map((start, index) => text.slice(start, starts[index + 1]));
}

/** A comment is kept apart from those that are there. */
function addComment(node: { comment?: string | null }, text: string): void {
  node.comment = node.comment ? `${node.comment}\n${text}` : text;
}

function addRefusal(document: Document, { calls }: FunctionDraft, fault: string, before: string): void {
  const told = `not drafted: ${printSafely(fault)}`;
  if (!before.includes(told)) addComment(document, ` ${countCalls(calls)}, ${told}`);
}

function writeFunction(draft: FunctionDraft, writing: DraftWriting): YAMLMap {
  const node = writing.document.createNode({ name: draft.functionArn, invokers: [] });
  node.commentBefore = ` ${countCalls(draft.calls)}`;
  const list = node.get('invokers');
  if (isSeq(list)) addEntries(node, list, draft, null, '', writing);
  return node;
}

/** A list that is shared by an alias would change for other functions too: then the drafts stay comments. */
function extendFunction(
  node: unknown,
  draft: FunctionDraft,
  glob: string | null,
  text: string,
  writing: DraftWriting,
): void {
  if (!isMap(node)) return;
  const list = node.get('invokers', true);
  if (isSeq(list) && list.anchor === undefined) {
    addEntries(node, list, draft, glob === null ? null : `${glob} names other functions too`, text, writing);
  } else {
    const comments = readComments(`${text}\n${quoteComment(node)}`);
    for (const entry of draft.entries) {
      if (!isCommented(entry, comments))
        addComment(node, writeComment(entry, 'the list is shared by an alias'));
    }
  }
}

function addEntries(
  node: YAMLMap,
  list: YAMLSeq,
  draft: FunctionDraft,
  reservation: string | null,
  text: string,
  { document, nowMs }: DraftWriting,
): void {
  const known = list.items.map((item) => JSON.stringify(isMap(item) ? item.toJSON() : null));
  const heard = readComments(`${text}\n${quoteComment(list)}\n${quoteComment(node)}`);
  const comments: string[] = [];
  for (const entry of draft.entries) {
    // The same caller of another function that this list is for (one name in two Regions).
    if (known.includes(JSON.stringify(entry.entry))) continue;
    // What a person left as a comment does not count because it was seen again.
    if (isCommented(entry, heard)) continue;
    const caution = entry.caution ?? reservation ?? findObstacle(entry.entry, known, nowMs);
    if (caution !== null || entry.entry === null) {
      comments.push(writeComment(entry, caution));
      continue;
    }
    const added = document.createNode(entry.entry);
    added.commentBefore = ` ${writeRemark(entry)}`;
    list.add(added);
  }
  if (draft.entries.length > 0) node.flow = false;
  if (list.items.length > 0) list.flow = false;
  else if (comments.length > 0 && !heard.has(IN_PLACE)) comments.unshift(IN_PLACE);
  // Behind `[]` there is no list for a comment to stand in.
  for (const comment of comments) addComment(list.items.length > 0 ? list : node, comment);
}

/** An empty list has to go before an entry can be uncommented below it. */
const IN_PLACE = ' invokers to choose from, in place of []:';

function quoteComment({ comment }: { readonly comment?: string | null }): string {
  return comment ? comment.replace(/^/gm, '#') : '';
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
