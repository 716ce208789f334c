import { describeSystemError, type FetchedObject, type LogFile, type LogObject } from './log-files.ts';

/** Gives files out ready to be read: objects of a store are fetched before they are asked for, many at a time. */
export interface ObjectsAhead {
  /**
   * One file of the list by its index: an object as what was fetched of it, a large one as it is, to be streamed;
   * everything else as it is. Never fails for what a store answers. Ask for each once, in their order.
   */
  readonly take: (index: number) => Promise<LogFile>;
  /** Says that a file is done with, so that its memory can be used for another. */
  readonly release: (index: number) => void;
  /** Ends what is under way. What was asked for and is not there yet never comes. */
  readonly stop: () => void;
}

/** A larger object is streamed when its turn comes. CloudTrail's are far smaller. */
const MOST_FETCHED_BYTES = 8 * 1024 * 1024;
/** An answer takes tens of milliseconds, so many requests have to be under way to keep two cores busy. */
const FETCHES_AT_A_TIME = 32;
/** So much is held that is fetched, or being fetched, and not released. More than one task of read-task.ts takes. */
const MOST_HELD_BYTES = 32 * 1024 * 1024;
const MOST_HELD_OBJECTS = 2_048;

/** Begins to fetch the objects among files, in their order, and goes on as they are released. */
export function createObjectsAhead(files: readonly LogFile[]): ObjectsAhead {
  // One for each fetch: the SDK leaves its listeners on a signal, so that a common one would grow with every object.
  const underWay = new Set<AbortController>();
  const fetches = new Map<number, Promise<FetchedObject>>();
  let [next, heldBytes] = [0, 0];
  let wake: () => void = () => undefined;
  fetchMore();

  return {
    take: async (index) => {
      const file = files[index];
      if (file === undefined) throw new Error(`there is no file ${index}`);
      if (!isFetched(file)) return file;
      for (;;) {
        const fetch = fetches.get(index);
        if (fetch !== undefined) return fetch;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    release: (index) => {
      const file = files[index];
      if (file === undefined || !fetches.delete(index)) return;
      heldBytes -= isFetched(file) ? file.bytes : 0;
      fetchMore();
    },
    stop: () => {
      next = files.length;
      for (const fetch of underWay) fetch.abort();
    },
  };

  function fetchMore(): void {
    while (next < files.length && hasRoom()) {
      const file = files[next];
      if (file !== undefined && isFetched(file)) {
        heldBytes += file.bytes;
        fetches.set(next, fetchCounted(file));
      }
      next += 1;
    }
    wake();
  }

  function hasRoom(): boolean {
    return (
      underWay.size < FETCHES_AT_A_TIME && heldBytes < MOST_HELD_BYTES && fetches.size < MOST_HELD_OBJECTS
    );
  }

  async function fetchCounted(file: LogObject): Promise<FetchedObject> {
    const ending = new AbortController();
    underWay.add(ending);
    const fetched = await fetchObject(file, ending.signal);
    underWay.delete(ending);
    fetchMore();
    return fetched;
  }
}

/** Gives files out one after the other, ready to be read, each until the next one is asked for. */
export async function* fetchFiles(files: readonly LogFile[]): AsyncGenerator<LogFile> {
  const ahead = createObjectsAhead(files);
  try {
    for (const index of files.keys()) {
      yield await ahead.take(index);
      ahead.release(index);
    }
  } finally {
    ahead.stop();
  }
}

/** Whether a file is an object that is fetched whole. */
export function isFetched(file: LogFile): file is LogObject {
  return file.kind === 'object' && file.bytes <= MOST_FETCHED_BYTES;
}

async function fetchObject(file: LogObject, signal: AbortSignal): Promise<FetchedObject> {
  const { name, bytes } = file;
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.open(signal)) chunks.push(chunk);
    // Not Buffer.concat, which may cut small buffers from a shared one: this one must be free to leave the thread.
    const content = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      content.set(chunk, at);
      at += chunk.length;
    }
    return { kind: 'fetched', name, bytes, content };
  } catch (error) {
    return { kind: 'lost', name, reason: describeSystemError(error) };
  }
}
