import { Worker } from 'node:worker_threads';
import type { ReaderSettings } from './batch-reader.ts';
import type { CallBatch } from './call-batch.ts';
import type { ReadTask } from './read-task.ts';
import { type FromWorker, measureBatch, type ToWorker } from './worker-messages.ts';

/** Threads that read tasks. What they read comes back task by task in any order; each task's batches in theirs. */
export interface WorkerPool {
  /** Queues a task. Numbers go up. */
  readonly start: (number: number, task: ReadTask) => void;
  /** The batches of a task that was started; each must be taken before its worker gets far ahead. */
  readonly batches: (
    number: number,
  ) => AsyncGenerator<{ readonly batch: CallBatch; readonly reader: object }>;
  readonly stop: () => Promise<void>;
}

/** Tasks that a worker has at a time, so that it never waits for the next. */
const TASKS_A_WORKER = 2;

interface Arrived {
  readonly messages: { readonly message: FromWorker; readonly worker: Worker }[];
  notify: () => void;
}

/** Starts workers from their bundle. */
export function createWorkerPool(workerFile: string, settings: ReaderSettings, count: number): WorkerPool {
  const queue: { readonly number: number; readonly task: ReadTask }[] = [];
  const arrived = new Map<number, Arrived>();
  let fault: Error | undefined;
  let state: 'open' | 'stopped' = 'open';
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(workerFile, { workerData: settings });
    const seat = { worker, tasks: 0 };
    worker.on('message', (message: FromWorker) => {
      const place = findArrived(message.number);
      place.messages.push({ message, worker });
      place.notify();
      if (message.part === 'end') {
        seat.tasks -= 1;
        shareOut();
      }
    });
    worker.on('error', fail);
    worker.on('exit', (code) => {
      if (state === 'open') fail(new Error(`a thread that reads logs ended with ${code}`));
    });
    return seat;
  });

  return {
    start: (number, task) => {
      findArrived(number);
      queue.push({ number, task });
      shareOut();
    },
    batches,
    stop: async () => {
      state = 'stopped';
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
    },
  };

  function findArrived(number: number): Arrived {
    const known = arrived.get(number) ?? { messages: [], notify: () => undefined };
    arrived.set(number, known);
    return known;
  }

  /** The worker with the least to do gets the next task. */
  function shareOut(): void {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const free = workers.reduce((best, seat) => (seat.tasks < best.tasks ? seat : best));
      if (free.tasks >= TASKS_A_WORKER) return;
      queue.shift();
      free.tasks += 1;
      tell(free.worker, { kind: 'read', ...next });
    }
  }

  async function* batches(number: number): ReturnType<WorkerPool['batches']> {
    const place = findArrived(number);
    for (;;) {
      const next = place.messages.shift();
      if (next === undefined) {
        if (fault !== undefined) throw fault;
        await new Promise<void>((resolve) => {
          place.notify = resolve;
        });
        continue;
      }
      const { message, worker } = next;
      yield { batch: message.batch, reader: worker };
      tell(worker, { kind: 'taken', size: measureBatch(message.batch) });
      if (message.part === 'end') break;
    }
    arrived.delete(number);
  }

  function fail(error: Error): void {
    fault ??= error;
    for (const place of arrived.values()) place.notify();
  }
}

function tell(worker: Worker, message: ToWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  worker.postMessage(message, listContents(message));
}

/** What is moved instead of copied: objects that were fetched. */
function listContents(message: ToWorker): ArrayBuffer[] {
  if (message.kind !== 'read') return [];
  return message.task.flatMap((file) => (file.kind === 'fetched' ? [file.content.buffer] : []));
}
