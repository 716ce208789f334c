import { createNesting, scanDocument } from './json-nesting.ts';
import { MAX_LINE_CHARACTERS } from './text-lines.ts';

/** One JSON document of a text that may hold many, and the line that it starts at (counted from 1). */
export type DocumentEntry =
  | { readonly kind: 'document'; readonly value: unknown; readonly line: number }
  | { readonly kind: 'rejected'; readonly line: number; readonly reason: string };

/** A document that has begun and not ended. */
interface OpenDocument {
  readonly firstLine: number;
  readonly pieces: { readonly text: string; readonly line: number }[];
  readonly nesting: ReturnType<typeof createNesting>;
  characters: number;
}

/**
 * Cuts lines into JSON documents: one a line, one over many lines, or several on one line (files that were joined).
 * A broken document is rejected where it starts, and the reading goes on with the next line that starts a new one.
 */
export async function* readDocuments(
  lines: AsyncIterable<string>,
  maxCharacters: number = MAX_LINE_CHARACTERS,
): AsyncGenerator<DocumentEntry> {
  let open: OpenDocument | undefined;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const text = line.trim();
    if (text === '') continue;
    if (open !== undefined && (startsAnew(open, text) || open.characters + text.length > maxCharacters)) {
      yield* salvageLines(open);
      open = undefined;
    }
    if (open === undefined) {
      const value = parseJson(text);
      if (value !== undefined) {
        yield { kind: 'document', value, line: number };
        continue;
      }
    }
    open = yield* continueDocument(open, text, number);
  }
  if (open !== undefined) yield* salvageLines(open);
}

/** A `{` or `[` where JSON allows no value: the open document was cut off, and this line is the next one's start. */
function startsAnew(open: OpenDocument, text: string): boolean {
  return (text.startsWith('{') || text.startsWith('[')) && open.nesting.expects() === 'noValue';
}

function* continueDocument(
  before: OpenDocument | undefined,
  text: string,
  line: number,
): Generator<DocumentEntry, OpenDocument | undefined> {
  let open = before;
  let from = 0;
  while (from < text.length) {
    if (open === undefined) {
      from = skipSeparators(text, from);
      if (from === text.length) return undefined;
      if (text[from] !== '{' && text[from] !== '[') {
        yield { kind: 'rejected', line, reason: 'not JSON' };
        return undefined;
      }
      open = { firstLine: line, pieces: [], nesting: createNesting(), characters: 0 };
    }
    const end = scanDocument(open.nesting, text, from);
    const piece = text.slice(from, end ?? text.length);
    open.pieces.push({ text: piece, line });
    open.characters += piece.length + 1;
    if (end === undefined) return open;
    const value = parseJson(open.pieces.map(({ text }) => text).join('\n'));
    if (value === undefined) yield* salvageLines(open);
    else yield { kind: 'document', value, line: open.firstLine };
    open = undefined;
    from = end;
  }
  return open;
}

/** Joined files and arrays without brackets leave spaces and commas between documents. */
function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && (text[at] === ',' || (text[at] ?? '').trim() === '')) at += 1;
  return at;
}

/**
 * What a broken document still yields: each of its lines that is a JSON object by itself. Broken lines that follow one
 * another are one rejection, unless a line starts like a record of its own (`{"`, which pretty printers never write).
 */
function* salvageLines({ pieces }: OpenDocument): Generator<DocumentEntry> {
  let before: 'salvaged' | 'rejected' = 'salvaged';
  for (const { text, line } of pieces) {
    const value = pieces.length > 1 && text.startsWith('{"') ? parseJson(text.replace(/,$/, '')) : undefined;
    if (value !== undefined) {
      yield { kind: 'document', value, line };
      before = 'salvaged';
    } else if (before === 'salvaged' || text.startsWith('{"')) {
      yield { kind: 'rejected', line, reason: 'not JSON, or cut off' };
      before = 'rejected';
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
