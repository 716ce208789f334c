import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ReadingParts } from '../logs/replay/read-batches.ts';

/**
 * Finds what build.mjs puts beside the command to read logs fast. Where the command runs from its sources there is none
 * of it: then logs are read by the plain path, with the same answers.
 * @param threads how many threads read at most; by default as many as the machine runs at a time
 */
export function findReadingParts(threads: number = availableParallelism()): ReadingParts {
  const find = (name: string): string | null => {
    const path = join(import.meta.dirname, name);
    return existsSync(path) ? path : null;
  };
  return { kernelFile: find('scan-kernel.wasm'), workerFile: find('log-worker.cjs'), threads };
}
