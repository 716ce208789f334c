import { parseInvocation } from '../../core/record/invocation.ts';
import type { LogPosition } from '../log-entry.ts';
import type { OriginReading } from '../scan/fields.ts';
import {
  KIND_PLAIN,
  ROW_END,
  ROW_FIRST,
  ROW_ID,
  ROW_KIND,
  ROW_RECORD,
  ROW_SESSION,
  ROW_START,
  ROW_TIME,
  ROW_TUPLE,
  ROW_WORDS,
  VALUE_ABSENT,
  VALUE_PACKED,
} from '../scan/kernel/layout.ts';
import { createScanner, type ScannedRows } from '../scan/scanner.ts';
import type { BatchWriter } from './batch-writer.ts';
import { BATCH_GROUP, BATCH_ID, BATCH_SESSION, BATCH_TIME, TEXT_ABSENT, TEXT_PACKED } from './call-batch.ts';
import { type CallGroup, groupInvocation } from './call-group.ts';
import { readExecutedFunction } from './executed-function.ts';

/** What the core makes of one tuple, asked once. */
type TupleMeaning =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'executed';
      readonly functionArn: string | null;
      /** How often in this document, and in those before since they were written. */
      count: number;
      total: number;
    }
  | {
      readonly kind: 'call';
      readonly group: CallGroup;
      /** The name that was read with the tuple; null where the core names no session at all. */
      readonly sessionName: string | null;
      numbering: number;
      number: number;
    };

type ExecutedMeaning = TupleMeaning & { kind: 'executed' };

/** Reads one document at a time with the scanner, and writes what it finds into a batch. */
export interface RowReader {
  readonly start: (file: string) => void;
  readonly push: (bytes: Uint8Array) => 'open' | 'unknown';
  /** Ends the document. After `unknown`, also of `push`, the caller rewinds the batch and reads the file otherwise. */
  readonly end: () => 'done' | 'unknown';
  /** Writes what is only counted of the documents since the last time; before a batch is taken. */
  readonly writeTotals: () => void;
}

/** All documents that the scanner reads begin in the first line, and are one. */
const FIRST_LINE = 1;

/**
 * Builds a reader of scanned rows.
 * @param takeRecord reads one record by the plain path
 */
export function createRowReader(
  kernelFile: string,
  origin: OriginReading,
  writer: BatchWriter,
  takeRecord: (input: unknown, file: string, position: LogPosition) => void,
): RowReader {
  const meanings: TupleMeaning[] = [];
  /** Those that were counted in the document, and those with a total. */
  let executed: ExecutedMeaning[] = [];
  let totalled: ExecutedMeaning[] = [];
  let file = '';
  const scanner = createScanner(kernelFile, origin, {
    takeRows,
    forgetTuples: () => {
      meanings.length = 0;
    },
  });
  return {
    start: (name) => {
      file = name;
      for (const meaning of executed) meaning.count = 0;
      executed = [];
      scanner.startDocument();
    },
    push: (bytes) => scanner.push(bytes),
    end: () => {
      const { end, records, notLambda, notInvocation } = scanner.endDocument();
      if (end === 'unknown') return 'unknown';
      writer.addRecords(records);
      for (const meaning of executed) {
        if (meaning.total === 0) totalled.push(meaning);
        meaning.total += meaning.count;
        meaning.count = 0;
      }
      executed = [];
      if (notLambda > 0) writer.addSkipped('notLambda', null, notLambda);
      if (notInvocation > 0) writer.addSkipped('notInvocation', null, notInvocation);
      return 'done';
    },
    writeTotals: () => {
      for (const meaning of totalled) {
        writer.addSkipped('invokeExecution', meaning.functionArn, meaning.total);
        meaning.total = 0;
      }
      totalled = [];
    },
  };

  function takeRows({ words, first, count, bytes }: ScannedRows): 'taken' | 'unknown' {
    for (let row = first; row < first + count * ROW_WORDS; row += ROW_WORDS) {
      const tuple = words[row + ROW_TUPLE] ?? 0;
      const meaning =
        words[row + ROW_KIND] === KIND_PLAIN
          ? PLAIN
          : words[row + ROW_FIRST] === 1
            ? (meanings[tuple] = readMeaning(words, row, bytes))
            : (meanings[tuple] ?? PLAIN);
      if (meaning.kind === 'call') writeCall(meaning, words, row, bytes);
      else if (meaning.kind === 'executed') countExecuted(meaning);
      else if (takePlainRow(words, row, bytes) === 'unknown') return 'unknown';
    }
    return 'taken';
  }

  function countExecuted(meaning: ExecutedMeaning): void {
    if (meaning.count === 0) executed.push(meaning);
    meaning.count += 1;
  }

  function takePlainRow(words: Uint32Array, row: number, bytes: Uint8Array): 'taken' | 'unknown' {
    const input = parseRecord(words, row, bytes);
    if (input === undefined) return 'unknown';
    takeRecord(input, file, { line: FIRST_LINE, record: words[row + ROW_RECORD] ?? null });
    return 'taken';
  }

  function writeCall(
    meaning: TupleMeaning & { kind: 'call' },
    words: Uint32Array,
    row: number,
    bytes: Uint8Array,
  ): void {
    if (meaning.numbering !== writer.numbering) {
      meaning.number = writer.numberGroup(meaning.group);
      meaning.numbering = writer.numbering;
    }
    const at = writer.addRow();
    const to = writer.words;
    to[at + BATCH_GROUP] = meaning.number;
    copyText(words, row + ROW_ID, at + BATCH_ID, bytes);
    if (words[row + ROW_ID] === VALUE_PACKED) {
      to[at + BATCH_ID + 3] = words[row + ROW_ID + 3] ?? 0;
      to[at + BATCH_ID + 4] = words[row + ROW_ID + 4] ?? 0;
    }
    copyText(words, row + ROW_TIME, at + BATCH_TIME, bytes);
    const sessionBytes = words[row + ROW_SESSION + 1] ?? 0;
    if (meaning.sessionName === null) to[at + BATCH_SESSION] = TEXT_ABSENT;
    else if (sessionBytes === 0) writer.addString(at + BATCH_SESSION, meaning.sessionName);
    else writer.addBytes(at + BATCH_SESSION, bytes, words[row + ROW_SESSION] ?? 0, sessionBytes);
  }

  /** Copies an eventID (its first two words, where it is packed) or a time. */
  function copyText(words: Uint32Array, from: number, at: number, bytes: Uint8Array): void {
    const given = words[from];
    const [first = 0, second = 0] = [words[from + 1], words[from + 2]];
    if (given === VALUE_ABSENT) {
      writer.words[at] = TEXT_ABSENT;
    } else if (given === VALUE_PACKED) {
      writer.words[at] = TEXT_PACKED;
      writer.words[at + 1] = first;
      writer.words[at + 2] = second;
    } else {
      writer.addBytes(at, bytes, first, second);
    }
  }

  function readMeaning(words: Uint32Array, row: number, bytes: Uint8Array): TupleMeaning {
    const input = parseRecord(words, row, bytes);
    const parsed = parseInvocation(input);
    if (parsed.kind === 'skipped' && parsed.reason === 'invokeExecution') {
      return { kind: 'executed', functionArn: readExecutedFunction(input), count: 0, total: 0 };
    }
    // The kernel hands out calls only; should the core see it otherwise, the core is asked for each record.
    if (parsed.kind !== 'invocation') return PLAIN;
    return { kind: 'call', ...groupInvocation(parsed, origin), numbering: Number.NaN, number: 0 };
  }
}

const PLAIN: TupleMeaning = { kind: 'plain' };
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** The record of a row; undefined where it is no JSON. */
function parseRecord(words: Uint32Array, row: number, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      DECODER.decode(bytes.subarray(words[row + ROW_START], words[row + ROW_END])),
    ) as unknown;
  } catch {
    return undefined;
  }
}
