// A thread that reads logs: the entry of its own bundle, started by worker-pool.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { createBatchReader, type ReaderSettings } from './batch-reader.ts';
import type { CallBatch } from './call-batch.ts';
import type { ReadTask } from './read-task.ts';
import { type FromWorker, measureBatch, type ToWorker } from './worker-messages.ts';

/** So many calls may wait to be taken; then the worker waits itself, so that the memory has an end. */
const MAX_WAITING = 100_000;

const reader = createBatchReader(workerData as ReaderSettings, refuseStdin);
const tasks: { readonly number: number; readonly task: ReadTask }[] = [];
const ahead = { waiting: 0 };
let state: 'idle' | 'reading' = 'idle';
let goOn: (() => void) | undefined;

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'taken') {
    ahead.waiting -= message.size;
    goOn?.();
  } else {
    tasks.push(message);
    if (state === 'idle') void readTasks();
  }
});

async function readTasks(): Promise<void> {
  state = 'reading';
  for (let next = tasks.shift(); next !== undefined; next = tasks.shift()) {
    const { number, task } = next;
    for (const file of task) {
      for await (const batch of reader.read(file)) await send({ number, batch, part: 'more' });
    }
    await send({ number, batch: reader.finish(), part: 'end' });
  }
  state = 'idle';
}

async function send(message: FromWorker): Promise<void> {
  ahead.waiting += measureBatch(message.batch);
  parentPort?.postMessage(message, listBuffers(message.batch));
  while (ahead.waiting > MAX_WAITING) {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
}

/** What is moved instead of copied. */
function listBuffers({ rows, bytes }: CallBatch): ArrayBuffer[] {
  return [rows.buffer, bytes.buffer];
}

function refuseStdin(): never {
  throw new Error('a worker was given standard input');
}
