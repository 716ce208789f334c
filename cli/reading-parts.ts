import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { LogFile } from '../logs/log-files.ts';
import { measureFiles, type ReadingParts } from '../logs/replay/read-batches.ts';

/** About 800,000 records, which one thread reads in some four seconds: below, threads cost more than they are worth. */
const LEAST_SHARED_BYTES = 128 * 1024 * 1024;

/**
 * Finds what build.mjs puts beside the command to read logs fast. Where the command runs from its sources there is none
 * of it: then logs are read by the plain path, with the same answers.
 * @param asked how many threads read at most; null leaves it to the size of the logs: one for small ones, as many as the
 * machine runs at a time for large ones
 */
export function findReadingParts(files: readonly LogFile[], asked: number | null = null): ReadingParts {
  const threads = asked ?? (measureFiles(files) < LEAST_SHARED_BYTES ? 1 : availableParallelism());
  const find = (name: string): string | null => {
    const path = join(import.meta.dirname, name);
    return existsSync(path) ? path : null;
  };
  return { kernelFile: find('scan-kernel.wasm'), workerFile: find('log-worker.cjs'), threads };
}
