import {
  BATCH_GROUP,
  BATCH_ID,
  BATCH_SESSION,
  BATCH_TIME,
  BATCH_WORDS,
  type BatchNote,
  type CallBatch,
  type SkippedCount,
  TEXT_ABSENT,
  TEXT_BYTES,
  TEXT_STRING,
} from './call-batch.ts';
import type { CallGroup, GroupedCall } from './call-group.ts';

/** `Omit` for each member of the union on its own. */
type NoteToAdd = BatchNote extends infer Note
  ? Note extends BatchNote
    ? Omit<Note, 'beforeRow'>
    : never
  : never;

/** A place in what was collected, to come back to. */
export interface BatchMark {
  readonly rows: number;
  readonly bytes: number;
  readonly strings: number;
  readonly notes: number;
  readonly records: number;
}

/** Numbers of groups start anew after so many, so that endless different callers do not fill the memory. */
const MAX_GROUPS = 50_000;

/** Collects what a reader finds, until it is taken as a batch. */
export class BatchWriter {
  /** Changes when the numbers of groups start anew: whoever remembers a number asks for it again. */
  numbering = 0;
  readonly #numbers = new Map<string, number>();
  #groups: CallGroup[] = [];
  #firstGroup = 0;
  /** The words of the rows; valid until the next `addRow`. */
  words = new Uint32Array(1024 * BATCH_WORDS);
  #rowCount = 0;
  #bytes = new Uint8Array(16 * 1024);
  #byteCount = 0;
  #strings: string[] = [];
  #notes: BatchNote[] = [];
  #skipped = new Map<string, SkippedCount>();
  /** What was skipped since the last mark. */
  #skippedSince: SkippedCount[] = [];
  #records = 0;
  #files = 0;
  #fileBytes = 0;

  /** How many rows and notes wait to be taken. */
  get size(): number {
    return this.#rowCount + this.#notes.length;
  }

  startFile(): void {
    this.#files += 1;
  }

  addFileBytes(count: number): void {
    this.#fileBytes += count;
  }

  addRecords(count: number): void {
    this.#records += count;
  }

  addSkipped(reason: SkippedCount['reason'], functionArn: string | null, count: number): void {
    this.#skippedSince.push({ reason, functionArn, count });
    this.#countSkipped(reason, functionArn, count);
  }

  #countSkipped(reason: SkippedCount['reason'], functionArn: string | null, count: number): void {
    const key = functionArn === null ? reason : `${reason} ${functionArn}`;
    const before = this.#skipped.get(key)?.count ?? 0;
    this.#skipped.set(key, { reason, functionArn, count: before + count });
  }

  addNote(note: NoteToAdd): void {
    this.#notes.push({ ...note, beforeRow: this.#rowCount });
  }

  /** The number of a group; groups that say the same have the same, as long as `numbering` is the same. */
  numberGroup(group: CallGroup): number {
    const known = this.#numbers.get(group.key);
    if (known !== undefined) return known;
    const number = this.#firstGroup + this.#groups.length;
    this.#numbers.set(group.key, number);
    this.#groups.push(group);
    return number;
  }

  /** Makes room for one call and answers where its words begin; all of them must be written. */
  addRow(): number {
    const at = this.#rowCount * BATCH_WORDS;
    if (at === this.words.length) {
      const wider = new Uint32Array(this.words.length * 2);
      wider.set(this.words);
      this.words = wider;
    }
    this.#rowCount += 1;
    return at;
  }

  /** Keeps the bytes of a text, and writes where they lie into the words at `at`. */
  addBytes(at: number, source: Uint8Array, start: number, length: number): void {
    if (this.#byteCount + length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#byteCount + length));
      wider.set(this.#bytes.subarray(0, this.#byteCount));
      this.#bytes = wider;
    }
    this.#bytes.set(source.subarray(start, start + length), this.#byteCount);
    this.words[at] = TEXT_BYTES;
    this.words[at + 1] = this.#byteCount;
    this.words[at + 2] = length;
    this.#byteCount += length;
  }

  /** Keeps a text, and writes where it lies into the words at `at`. */
  addString(at: number, text: string | null): void {
    this.words[at] = text === null ? TEXT_ABSENT : TEXT_STRING;
    if (text === null) return;
    this.words[at + 1] = this.#strings.length;
    this.#strings.push(text);
  }

  addCall({ group, sessionName }: GroupedCall, eventID: string | null, eventTime: string | null): void {
    const number = this.numberGroup(group);
    const at = this.addRow();
    this.words[at + BATCH_GROUP] = number;
    this.addString(at + BATCH_ID, eventID);
    this.addString(at + BATCH_TIME, eventTime);
    this.addString(at + BATCH_SESSION, sessionName);
  }

  /** Where the batch stands. Only the last mark can be come back to. */
  mark(): BatchMark {
    this.#skippedSince = [];
    return {
      rows: this.#rowCount,
      bytes: this.#byteCount,
      strings: this.#strings.length,
      notes: this.#notes.length,
      records: this.#records,
    };
  }

  /** Takes back all calls, notes and skipped records since the mark; groups that were met stay numbered. */
  rewind(mark: BatchMark): void {
    this.#rowCount = mark.rows;
    this.#byteCount = mark.bytes;
    this.#strings.length = mark.strings;
    this.#notes.length = mark.notes;
    this.#records = mark.records;
    for (const { reason, functionArn, count } of this.#skippedSince) {
      this.#countSkipped(reason, functionArn, -count);
    }
  }

  /** Gives up what was collected, and starts anew. */
  take(): CallBatch {
    const batch: CallBatch = {
      rows: this.words.slice(0, this.#rowCount * BATCH_WORDS),
      bytes: this.#bytes.slice(0, this.#byteCount),
      strings: this.#strings,
      groups: this.#groups,
      firstGroup: this.#firstGroup,
      notes: this.#notes,
      skipped: [...this.#skipped.values()].filter(({ count }) => count > 0),
      files: this.#files,
      fileBytes: this.#fileBytes,
      records: this.#records,
    };
    this.#firstGroup += this.#groups.length;
    if (this.#firstGroup > MAX_GROUPS) {
      this.#firstGroup = 0;
      this.#numbers.clear();
      this.numbering += 1;
    }
    this.#groups = [];
    this.#strings = [];
    this.#notes = [];
    this.#skipped = new Map();
    this.#skippedSince = [];
    this.#rowCount = 0;
    this.#byteCount = 0;
    this.#records = 0;
    this.#files = 0;
    this.#fileBytes = 0;
    return batch;
  }
}
