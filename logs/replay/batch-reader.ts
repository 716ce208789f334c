import { mayRecordChange } from '../../core/change/change-calls.ts';
import { parseChange } from '../../core/change/change-record.ts';
import { parseInvocation, type SkippedRecord } from '../../core/record/invocation.ts';
import { learnMapping } from '../../core/record/learnt-mapping.ts';
import type { LogEntry, LogPosition } from '../log-entry.ts';
import type { LogFile } from '../log-files.ts';
import { readLogFile } from '../log-reader.ts';
import type { OriginReading } from '../scan/fields.ts';
import { BatchWriter } from './batch-writer.ts';
import type { CallBatch } from './call-batch.ts';
import { groupInvocation } from './call-group.ts';
import { readExecutedFunction } from './executed-function.ts';
import { scanLogFile } from './file-scan.ts';
import { createRowReader, type RowReader } from './row-reader.ts';

/** Reads files one after the other and gives up what they hold in batches, as soon as enough is there. */
export interface BatchReader {
  readonly read: (file: LogFile) => AsyncGenerator<CallBatch>;
  /** What was collected and not given up yet. */
  readonly finish: () => CallBatch;
}

/** So many calls are a batch. A log file that the scanner reads may put more into one: it counts whole or not at all. */
const BATCH_SIZE = 16_384;

/** How a reader reads, on whatever thread. */
export interface ReaderSettings {
  /** The scan kernel's file; null where all is to be read by the plain path. */
  readonly kernelFile: string | null;
  readonly origin: OriginReading;
}

/** Builds a reader. */
export function createBatchReader(
  { kernelFile, origin }: ReaderSettings,
  openStdin: () => AsyncIterable<unknown>,
): BatchReader {
  const writer = new BatchWriter();
  const rows: RowReader | null =
    kernelFile === null ? null : createRowReader(kernelFile, origin, writer, takeRecord);
  return { read, finish: takeBatch };

  async function* read(file: LogFile): AsyncGenerator<CallBatch> {
    writer.startFile();
    if (rows === null || (await scanLogFile(file, rows, writer)) === 'unknown') {
      for await (const entry of readLogFile(file, openStdin)) {
        takeEntry(entry);
        if (writer.size >= BATCH_SIZE) yield takeBatch();
      }
    }
    if ('bytes' in file) writer.addFileBytes(file.bytes);
    if (writer.size >= BATCH_SIZE) yield takeBatch();
  }

  function takeBatch(): CallBatch {
    rows?.writeTotals();
    return writer.take();
  }

  function takeEntry(entry: LogEntry): void {
    if (entry.kind === 'unreadable') writer.addNote(entry);
    else if (entry.kind === 'skipped') writer.addSkipped(entry.reason, null, 1);
    else {
      writer.addRecords(1);
      if (entry.kind === 'rejected') writer.addNote(entry);
      else takeRecord(entry.input, entry.file, entry.position);
    }
  }

  /** One record, by the plain path. */
  function takeRecord(input: unknown, file: string, position: LogPosition): void {
    const parsed = parseInvocation(input);
    if (parsed.kind === 'invocation') {
      writer.addCall(groupInvocation(parsed, origin), parsed.eventID, parsed.eventTime);
    } else if (parsed.kind === 'rejected') {
      writer.addNote({ kind: 'rejected', file, position, reason: parsed.reason });
    } else {
      takeSkipped(input, parsed);
      const learnt = parsed.reason === 'notInvocation' ? learnMapping(input) : undefined;
      if (learnt !== undefined) writer.addNote({ kind: 'mapping', learnt });
    }
  }

  function takeSkipped(input: unknown, { reason, detail }: SkippedRecord): void {
    if (reason === 'notInvocation' || (reason === 'notLambda' && mayRecordChange(detail))) {
      const change = parseChange(input);
      if (change.kind === 'change') {
        writer.addNote({ kind: 'change', change, otherwise: reason });
        return;
      }
    }
    writer.addSkipped(reason, reason === 'invokeExecution' ? readExecutedFunction(input) : null, 1);
  }
}
