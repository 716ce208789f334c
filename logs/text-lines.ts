import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * Opens bytes as they come from a file or a pipe: gzip (also several members one after the other) is recognized by
 * its first two bytes, whatever the file is called. Everything else is handed on as it is.
 */
export async function* decompressBytes(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, rest } = await takeHead(source, 2);
  if (!isGzip(head)) {
    yield* rest;
    return;
  }
  const gunzip = createGunzip({ chunkSize: INFLATED_CHUNK_BYTES });
  // Errors of either side come out of the iteration below; the callback only keeps them from being thrown twice.
  pipeline(Readable.from(rest), gunzip, () => undefined);
  yield* gunzip as AsyncIterable<Uint8Array>;
}

/** Inflating in larger steps than zlib's own costs less. */
const INFLATED_CHUNK_BYTES = 256 * 1024;

/** Whether bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** A line that is longer than this program will hold. What follows it in the file is not read. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/** More than this in one line is refused: five times what CloudTrail puts into one file, and what V8 can hold. */
export const MAX_LINE_CHARACTERS = 256 * 1024 * 1024;

/**
 * Decodes bytes to text and cuts it at line feeds, without them. UTF-8, or UTF-16 where a byte order mark says so
 * (what PowerShell's `>` writes). Bytes that are no text become U+FFFD and are left to the JSON parser to refuse.
 * Throws `LineTooLongError`.
 */
export async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  maxCharacters: number = MAX_LINE_CHARACTERS,
): AsyncGenerator<string> {
  const { head, rest } = await takeHead(bytes, 2);
  const decoder = new TextDecoder(chooseEncoding(head));
  let begun: string[] = [];
  let begunCharacters = 0;
  for await (const chunk of rest) {
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      begun.push(text.slice(from, at));
      yield begun.join('');
      begun = [];
      begunCharacters = 0;
      from = at + 1;
    }
    if (from < text.length) begun.push(text.slice(from));
    begunCharacters += text.length - from;
    if (begunCharacters > maxCharacters) {
      throw new LineTooLongError(`a line of more than ${maxCharacters} characters`);
    }
  }
  begun.push(decoder.decode());
  const last = begun.join('');
  if (last !== '') yield last;
}

function chooseEncoding(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** Reads until `count` bytes are there (or the end), and gives back a stream that still begins with them. */
async function takeHead(
  source: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let ended: 'open' | 'ended' = 'open';
  while (head.length < count && ended === 'open') {
    const next = await iterator.next();
    if (next.done === true) ended = 'ended';
    else head = Buffer.concat([head, next.value]);
  }
  async function* replay(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      while (ended === 'open') {
        const next = await iterator.next();
        if (next.done === true) ended = 'ended';
        else yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, rest: replay() };
}
