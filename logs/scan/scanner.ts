import { readFileSync } from 'node:fs';
import { type OriginReading, writeCallTable, writeFieldTable } from './fields.ts';
import * as layout from './kernel/layout.ts';

/** Rows of the kernel (`layout.ROW_…`), and the memory that their addresses point into. Valid until the next push. */
export interface ScannedRows {
  readonly words: Uint32Array;
  /** Index of the first row's first word. */
  readonly first: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** What a document came to. `unknown`: it is none that the scanner reads, and what was handed out of it is void. */
export interface ScannedDocument {
  readonly end: 'done' | 'unknown';
  readonly records: number;
  readonly notLambda: number;
  readonly notInvocation: number;
}

/**
 * What is done with the rows of a document. `takeRows` answers `unknown` where a row for the plain path turns out to
 * be no JSON; `forgetTuples` says that numbers of tuples start anew.
 */
export interface RowSink {
  readonly takeRows: (rows: ScannedRows) => 'taken' | 'unknown';
  readonly forgetTuples: () => void;
}

/** Reads documents one after the other. Tuples are numbered on from document to document. */
export interface Scanner {
  readonly startDocument: () => void;
  /** Takes the next bytes of the document, as many as there are. */
  readonly push: (bytes: Uint8Array) => 'open' | 'unknown';
  readonly endDocument: () => ScannedDocument;
}

/** What the kernel exports (kernel/index.ts). */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly position: WebAssembly.Global;
  readonly rowCount: WebAssembly.Global;
  readonly recordCount: WebAssembly.Global;
  readonly notLambda: WebAssembly.Global;
  readonly notInvocation: WebAssembly.Global;
  readonly startDocument: () => void;
  readonly forgetTuples: () => void;
  readonly scan: (from: number, end: number) => number;
}

/** Text is handed to the kernel in pieces that fit the processor's cache. */
const PIECE_BYTES = 256 * 1024;
/** The kernel reads up to 16 bytes at once, so that many zero bytes end the text. */
const PADDING_BYTES = 16;

/** Starts a kernel from its file, which build.mjs compiles. */
export function createScanner(kernelFile: string, origin: OriginReading, sink: RowSink): Scanner {
  const module = new WebAssembly.Module(readFileSync(kernelFile));
  const kernel = new WebAssembly.Instance(module, { env: { abort: refuse } }).exports as Kernel;
  const bytes = new Uint8Array(kernel.memory.buffer);
  const words = new Uint32Array(kernel.memory.buffer);
  writeFieldTable(bytes, words, origin);
  writeCallTable(bytes, words);
  kernel.forgetTuples();
  /** Bytes of the document that the kernel holds and has not done with. */
  let held = 0;
  let status = layout.STATUS_MORE;

  return { startDocument, push, endDocument };

  function startDocument(): void {
    kernel.startDocument();
    held = 0;
    status = layout.STATUS_MORE;
  }

  function push(text: Uint8Array): 'open' | 'unknown' {
    let from = 0;
    while (from < text.length) {
      const room = layout.INPUT_BYTES - held;
      // A record that fills the whole memory is left to the plain path.
      if (room === 0) status = layout.STATUS_UNKNOWN;
      if (status === layout.STATUS_UNKNOWN) return 'unknown';
      const piece = text.subarray(from, from + Math.min(PIECE_BYTES, room));
      bytes.set(piece, layout.INPUT_AT + held);
      held += piece.length;
      from += piece.length;
      status = scanHeld();
    }
    return status === layout.STATUS_UNKNOWN ? 'unknown' : 'open';
  }

  /** Scans what is held, and keeps the rest that the kernel could not use yet. */
  function scanHeld(): number {
    const end = layout.INPUT_AT + held;
    bytes.fill(0, end, end + PADDING_BYTES);
    let from = layout.INPUT_AT;
    for (;;) {
      const answer = kernel.scan(from, end);
      from = Number(kernel.position.value);
      const rows = { words, first: layout.ROWS_AT >> 2, count: Number(kernel.rowCount.value), bytes };
      if (rows.count > 0 && sink.takeRows(rows) === 'unknown') return layout.STATUS_UNKNOWN;
      if (answer === layout.STATUS_TUPLES_FULL) {
        kernel.forgetTuples();
        sink.forgetTuples();
      } else if (answer !== layout.STATUS_ROWS_FULL) {
        bytes.copyWithin(layout.INPUT_AT, from, end);
        held = end - from;
        return answer;
      }
    }
  }

  function endDocument(): ScannedDocument {
    return {
      end: status === layout.STATUS_DONE ? 'done' : 'unknown',
      records: Number(kernel.recordCount.value),
      notLambda: Number(kernel.notLambda.value),
      notInvocation: Number(kernel.notInvocation.value),
    };
  }
}

/** The kernel has nothing that could abort; AssemblyScript asks for it all the same. */
function refuse(): never {
  throw new Error('the scan kernel stopped');
}
