import { createReadStream } from 'node:fs';
import { openContainer } from './container.ts';
import { type DocumentEntry, readDocuments } from './json-documents.ts';
import type { LogEntry } from './log-entry.ts';
import { describeSystemError, type LogFile, readErrorCode } from './log-files.ts';
import { decompressBytes, LineTooLongError, readLines } from './text-lines.ts';

const WHOLE_FILE = { line: null, record: null };

/**
 * Reads one CloudTrail log, whatever its container, and answers its pieces in their order. Never throws for what a
 * file holds or for a file that cannot be read: those are entries too. Text is held a line or a document at a time.
 */
export async function* readLogFile(
  file: LogFile,
  openStdin: () => AsyncIterable<unknown>,
): AsyncGenerator<LogEntry> {
  if (file.kind === 'lost') {
    yield { kind: 'unreadable', file: file.name, reason: file.reason };
    return;
  }
  try {
    for await (const entry of readDocuments(readLines(decompressBytes(openBytes(file, openStdin))))) {
      yield* openEntry(file.name, entry);
    }
  } catch (error) {
    yield describeFailure(file.name, error);
  }
}

/** The bytes of a file, as they lie where they lie. */
function openBytes(
  file: Exclude<LogFile, { readonly kind: 'lost' }>,
  openStdin: () => AsyncIterable<unknown>,
): AsyncIterable<Uint8Array> {
  switch (file.kind) {
    case 'stdin':
      return readBytes(openStdin());
    case 'file':
      return createReadStream(file.path) as AsyncIterable<Uint8Array>;
    case 'object':
      return file.open(NEVER);
    case 'fetched':
      return readBytes([file.content]);
  }
}

/** Who stops reading an object in the middle ends its stream; nothing else has to be told. */
const NEVER = new AbortController().signal;

async function* readBytes(stream: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
  }
}

function* openEntry(file: string, entry: DocumentEntry): Generator<LogEntry> {
  if (entry.kind === 'rejected') {
    yield { kind: 'rejected', file, position: { line: entry.line, record: null }, reason: entry.reason };
    return;
  }
  for (const item of openContainer(entry.value)) {
    const position = { line: entry.line, record: item.record };
    if (item.kind === 'record') yield { kind: 'record', input: item.input, file, position };
    else if (item.kind === 'skipped') yield { kind: 'skipped', file, position, reason: item.reason };
    else yield { kind: 'rejected', file, position, reason: item.reason };
  }
}

function describeFailure(file: string, error: unknown): LogEntry {
  const code = readErrorCode(error);
  if (error instanceof LineTooLongError) {
    return { kind: 'rejected', file, position: WHOLE_FILE, reason: error.message };
  }
  if (code.startsWith('Z_')) {
    return { kind: 'rejected', file, position: WHOLE_FILE, reason: 'the gzip data is damaged or cut off' };
  }
  if (code === '') throw error;
  return { kind: 'unreadable', file, reason: describeSystemError(error) };
}
