import { BATCH_WORDS, type CallBatch } from './call-batch.ts';
import type { ReadTask } from './read-task.ts';

/** What a worker is told: to read, or that so many of its calls were taken and it may go on. */
export type ToWorker =
  | { readonly kind: 'read'; readonly number: number; readonly task: ReadTask }
  | { readonly kind: 'taken'; readonly size: number };

/** What a worker answers: one of the batches of a task, and with `end` its last. */
export interface FromWorker {
  readonly number: number;
  readonly batch: CallBatch;
  readonly part: 'more' | 'end';
}

/** Calls and notes of a batch, by which it is decided how far a worker may be ahead. */
export function measureBatch(batch: CallBatch): number {
  return batch.rows.length / BATCH_WORDS + batch.notes.length + 1;
}
