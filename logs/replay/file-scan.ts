import { createReadStream, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { LogFile } from '../log-files.ts';
import { decompressBytes, isGzip } from '../text-lines.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { RowReader } from './row-reader.ts';

/** Up to this a file is read, and inflated, in one go, which costs less than streams. More than CloudTrail writes. */
const WHOLE_FILE_BYTES = 8 * 1024 * 1024;
const WHOLE_INFLATED_BYTES = 24 * 1024 * 1024;
/** The least that zlib is given to inflate into, whatever the file says of its length. */
const LEAST_INFLATED_BYTES = 64 * 1024;
const STREAM_BYTES = 512 * 1024;

/** What can be read a second time where the scanner gives up. */
type ScannableFile = Exclude<LogFile, { readonly kind: 'stdin' } | { readonly kind: 'lost' }>;

/**
 * Reads one log file with the scanner. Answers `unknown` where it holds what the scanner does not read, is damaged, or
 * cannot be read at all: then nothing of it is in the batch, and the plain path reads it, or says what is wrong.
 */
export async function scanLogFile(
  file: LogFile,
  rows: RowReader,
  writer: BatchWriter,
): Promise<'done' | 'unknown'> {
  // Pipes and empty files: what can be read only once is not tried twice.
  if (file.kind === 'stdin' || file.kind === 'lost' || file.bytes === 0) return 'unknown';
  const mark = writer.mark();
  let end: 'done' | 'unknown' = 'unknown';
  try {
    rows.start(file.name);
    const whole = readWhole(file);
    end = whole === undefined ? await scanStream(openStream(file), rows) : scanWhole(whole, rows);
  } catch {
    // The plain path meets the same fault, and tells it.
  }
  if (end === 'unknown') writer.rewind(mark);
  return end;
}

function scanWhole(bytes: Uint8Array, rows: RowReader): 'done' | 'unknown' {
  return rows.push(bytes) === 'unknown' ? 'unknown' : rows.end();
}

async function scanStream(source: AsyncIterable<Uint8Array>, rows: RowReader): Promise<'done' | 'unknown'> {
  for await (const chunk of decompressBytes(source)) {
    if (rows.push(chunk) === 'unknown') return 'unknown';
  }
  return rows.end();
}

async function* openStream(file: ScannableFile): AsyncGenerator<Uint8Array> {
  if (file.kind === 'fetched') yield file.content;
  else if (file.kind === 'object') yield* file.open(new AbortController().signal);
  else yield* createReadStream(file.path, { highWaterMark: STREAM_BYTES }) as AsyncIterable<Uint8Array>;
}

/** The text of a file; undefined where it is so long that it has to be streamed. */
function readWhole(file: ScannableFile): Uint8Array | undefined {
  if (file.kind === 'object' || file.bytes > WHOLE_FILE_BYTES) return undefined;
  const bytes = file.kind === 'file' ? readFileSync(file.path) : Buffer.from(file.content.buffer);
  if (!isGzip(bytes)) return bytes;
  // gzip ends with the length of what it holds (of its last member). It is only a guess to make room by.
  const length = bytes.length < 18 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  if (length > WHOLE_INFLATED_BYTES) return undefined;
  try {
    return gunzipSync(bytes, {
      chunkSize: Math.max(length + 1, LEAST_INFLATED_BYTES),
      maxOutputLength: WHOLE_INFLATED_BYTES,
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
