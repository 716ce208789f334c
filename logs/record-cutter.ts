/** One piece of a log file, in its order. */
export type CutPiece =
  | { readonly kind: 'record'; readonly input: unknown; readonly position: number }
  /** Something that is no record; `position` is null where the file as a whole is meant. */
  | { readonly kind: 'rejected'; readonly position: number | null; readonly reason: string };

/** Far more than CloudTrail puts into one record, which is at most a megabyte. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** What stands before the first record is a few characters long. */
const MAX_HEADER_BYTES = 256;

const HEADER = /^\s*\{\s*"Records"\s*:\s*\[$/;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Cuts a log file as CloudTrail delivers it (`{"Records":[…]}`, also several of them one after the other) into its
 * records while it is read: no more than one record and one chunk are held, however large the file is. `logs/log-reader.ts`
 * reads every other container too, and holds a whole document for that; CloudTrail writes a file on a single line.
 *
 * A record that is not JSON is rejected and the rest read on. Where the file is not laid out so, or ends too early, that
 * is the last piece. Positions count the records of the file from 1. Throws what reading the bytes throws.
 * @param bytes the file, inflated
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 */
export async function* cutRecords(
  bytes: AsyncIterable<Uint8Array>,
  maxRecordBytes: number = MAX_RECORD_BYTES,
): AsyncGenerator<CutPiece> {
  const cut: Cut = {
    place: 'header',
    held: [],
    heldBytes: 0,
    depth: 0,
    string: 'outside',
    position: 0,
    closed: 0,
  };
  for await (const chunk of bytes) {
    // A view, no copy: `Buffer` knows how to decode a part of itself.
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 0; at < text.length; ) {
      const step = takeStep(cut, text, at, maxRecordBytes);
      at = step.next;
      if (step.piece !== undefined) yield step.piece;
      if (step.goOn === 'stop') return;
    }
  }
  const end = judgeEnd(cut);
  if (end !== undefined) yield end;
}

/** Where in the file the cut stands, and what it holds of the header or the record that has begun. */
interface Cut {
  place: 'header' | 'between' | 'record' | 'footer';
  held: Buffer[];
  heldBytes: number;
  /** Open brackets of the record. */
  depth: number;
  string: 'outside' | 'inside' | 'escaped';
  /** The records that have begun. */
  position: number;
  /** The containers that have ended. */
  closed: number;
}

/** How far one step came: to the end of a piece, or of the chunk. */
interface Step {
  readonly next: number;
  readonly piece?: CutPiece;
  readonly goOn?: 'stop';
}

function takeStep(cut: Cut, chunk: Buffer, from: number, maxRecordBytes: number): Step {
  switch (cut.place) {
    case 'header':
      return readHeader(cut, chunk, from);
    case 'between':
      return findRecord(cut, chunk, from);
    case 'record':
      return readRecord(cut, chunk, from, maxRecordBytes);
    case 'footer':
      return readFooter(cut, chunk, from);
  }
}

function readHeader(cut: Cut, chunk: Buffer, from: number): Step {
  const bracket = chunk.indexOf(OPEN_BRACKET, from);
  const next = bracket < 0 ? chunk.length : bracket + 1;
  hold(cut, chunk.subarray(from, next));
  if (bracket < 0) return cut.heldBytes > MAX_HEADER_BYTES ? stop(null, NO_LOG_FILE) : { next };
  if (!HEADER.test(release(cut))) return stop(null, NO_LOG_FILE);
  cut.place = 'between';
  return { next };
}

function findRecord(cut: Cut, chunk: Buffer, from: number): Step {
  const at = skipSpace(chunk, from, COMMA);
  if (at === chunk.length) return { next: at };
  if (chunk[at] === CLOSE_BRACKET) {
    cut.place = 'footer';
    return { next: at + 1 };
  }
  cut.position += 1;
  if (chunk[at] !== OPEN_BRACE) return stop(cut.position, 'not a JSON object; what follows is not read');
  cut.place = 'record';
  cut.depth = 0;
  cut.string = 'outside';
  return { next: at };
}

function readRecord(cut: Cut, chunk: Buffer, from: number, maxRecordBytes: number): Step {
  const end = findEnd(cut, chunk, from);
  const next = end ?? chunk.length;
  hold(cut, chunk.subarray(from, next));
  if (cut.heldBytes > maxRecordBytes) {
    return stop(cut.position, `more than ${maxRecordBytes} bytes; what follows is not read`);
  }
  if (end === undefined) return { next };
  cut.place = 'between';
  return { next, piece: parseRecord(release(cut), cut.position) };
}

/** The index after the record's last byte, or `undefined` where the record goes on in the next chunk. */
function findEnd(cut: Cut, chunk: Buffer, from: number): number | undefined {
  let { depth, string } = cut;
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (string === 'escaped') string = 'inside';
    else if (string === 'inside') {
      if (byte === QUOTE) string = 'outside';
      else if (byte === BACKSLASH) string = 'escaped';
    } else if (byte === QUOTE) string = 'inside';
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  cut.depth = depth;
  cut.string = string;
  return undefined;
}

function parseRecord(text: string, position: number): CutPiece {
  try {
    return { kind: 'record', input: JSON.parse(text) as unknown, position };
  } catch {
    return { kind: 'rejected', position, reason: 'not JSON' };
  }
}

function readFooter(cut: Cut, chunk: Buffer, from: number): Step {
  const at = skipSpace(chunk, from);
  if (at === chunk.length) return { next: at };
  if (chunk[at] !== CLOSE_BRACE) return stop(null, 'something else than records; what follows is not read');
  cut.place = 'header';
  cut.closed += 1;
  return { next: at + 1 };
}

/** A file may end where a container has, and nowhere else: an empty one was cut off before its first byte. */
function judgeEnd(cut: Cut): CutPiece | undefined {
  if (cut.place !== 'header') {
    return { kind: 'rejected', position: cut.position, reason: 'the file ends within its records' };
  }
  if (cut.closed > 0 && release(cut).trim() === '') return undefined;
  return { kind: 'rejected', position: null, reason: NO_LOG_FILE };
}

const NO_LOG_FILE = 'not a log file of CloudTrail, which begins with `{"Records":[`';

function stop(position: number | null, reason: string): Step {
  return { next: 0, piece: { kind: 'rejected', position, reason }, goOn: 'stop' };
}

function hold(cut: Cut, bytes: Buffer): void {
  cut.held.push(bytes);
  cut.heldBytes += bytes.length;
}

function release(cut: Cut): string {
  const [only, ...others] = cut.held;
  const bytes = only === undefined || others.length > 0 ? Buffer.concat(cut.held) : only;
  cut.held = [];
  cut.heldBytes = 0;
  return bytes.toString('utf8');
}

/** The index of the first byte that is no white space, nor `also`. */
function skipSpace(chunk: Buffer, from: number, also?: number): number {
  let at = from;
  while (at < chunk.length && isSpace(chunk[at], also)) at += 1;
  return at;
}

function isSpace(byte: number | undefined, also: number | undefined): boolean {
  return (
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || (also !== undefined && byte === also)
  );
}
