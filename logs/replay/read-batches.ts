import { setImmediate } from 'node:timers/promises';
import type { LogFile } from '../log-files.ts';
import { createObjectsAhead } from '../objects-ahead.ts';
import type { OriginReading } from '../scan/fields.ts';
import { createBatchReader } from './batch-reader.ts';
import type { CallBatch } from './call-batch.ts';
import { isShareable, planTasks } from './read-task.ts';
import { createWorkerPool } from './worker-pool.ts';

/** What makes reading fast, where it has been built. */
export interface ReadingParts {
  /** The scan kernel's file; null reads all by the plain path. */
  readonly kernelFile: string | null;
  /** The bundle of the threads; null reads all on this one. */
  readonly workerFile: string | null;
  /** How many threads read at most. */
  readonly threads: number;
}

/** One batch and who read it: numbers of groups are each reader's own. */
export interface ReadBatch {
  readonly batch: CallBatch;
  readonly reader: object;
}

/** Below this, starting threads costs more time than they save. */
const LEAST_SHARED_BYTES = 8 * 1024 * 1024;
/** Tasks that are begun before the first of them is taken, for each thread. */
const TASKS_AHEAD = 8;

/** The bytes of files together, as they lie on the disk, as far as that is known before they are read. */
export function measureFiles(files: readonly LogFile[]): number {
  return files.reduce((sum, file) => sum + ('bytes' in file ? file.bytes : 0), 0);
}

/** Reads files, on many threads where that pays, and gives up what they hold in the order of the files. */
export async function* readBatches(
  files: readonly LogFile[],
  openStdin: () => AsyncIterable<unknown>,
  parts: ReadingParts,
  origin: OriginReading,
): AsyncGenerator<ReadBatch> {
  const tasks = planTasks(files);
  const settings = { kernelFile: parts.kernelFile, origin };
  const threads = Math.min(parts.threads, tasks.length);
  const pool =
    parts.workerFile === null || threads < 2 || measureFiles(files) < LEAST_SHARED_BYTES
      ? undefined
      : createWorkerPool(parts.workerFile, settings, threads);
  const own = createBatchReader(settings, openStdin);
  const objects = createObjectsAhead(files);
  /** Starts tasks in their order, each when its objects are here. */
  let starting = Promise.resolve();
  try {
    let [started, startedFiles, first] = [0, 0, 0];
    for (const [number, task] of tasks.entries()) {
      const startable = pool === undefined ? 0 : Math.min(tasks.length, number + threads * TASKS_AHEAD);
      for (; started < startable; started += 1) {
        const next = tasks[started] ?? [];
        if (isShareable(next)) starting = startNext(starting, started, startedFiles);
        startedFiles += next.length;
      }
      if (pool !== undefined && isShareable(task)) {
        for await (const { batch, reader } of pool.batches(number)) yield { batch, reader };
        for (const index of task.keys()) objects.release(first + index);
      } else {
        for (const index of task.keys()) {
          for await (const batch of own.read(await objects.take(first + index))) yield { batch, reader: own };
          objects.release(first + index);
        }
        yield { batch: own.finish(), reader: own };
      }
      // Lets an interruption through: whole files, and batches that are here already, are never waited for. Once a task
      // and not a file, because each time V8 may collect garbage that costs more than it frees.
      await setImmediate();
      first += task.length;
    }
  } finally {
    objects.stop();
    await pool?.stop();
  }

  async function startNext(before: Promise<void>, number: number, firstFile: number): Promise<void> {
    await before;
    const ready: LogFile[] = [];
    for (const index of (tasks[number] ?? []).keys()) ready.push(await objects.take(firstFile + index));
    pool?.start(number, ready);
  }
}
