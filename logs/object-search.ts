import { judgeFolder, judgeKey } from './key-layout.ts';
import { describeSystemError, LOG_NAME, type LogObject } from './log-files.ts';
import type { ObjectFolder, ObjectStore, StoredObject } from './object-store.ts';
import type { TimeWindow } from './replay/replay-logs.ts';

/** A place in a store. */
export interface ObjectPlace {
  readonly bucket: string;
  /** A key, or the folder that it names, with or without its last `/`; empty for the whole bucket. */
  readonly path: string;
}

/** The log objects of a place. */
export interface FoundObjects {
  /** In the order of their keys' character codes. */
  readonly files: readonly LogObject[];
  /** Folders that could not be listed. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
  /** Folders and objects that were left out because of their dates. */
  readonly otherTime: number;
}

/** So many listings are under way at a time. One takes tens of milliseconds and little else. */
const LISTINGS_AT_A_TIME = 24;

/** Reads `s3://BUCKET[/PATH]`; what is wrong with it is answered in one sentence. */
export function readObjectPlace(text: string): ObjectPlace | string {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?([\s\S]*)$/.exec(text) ?? [];
  if (bucket === '') return `\`${text}\` names no bucket, expected \`s3://BUCKET\` or \`s3://BUCKET/PREFIX\``;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(bucket)) {
    return `\`${bucket}\` is not the name of a bucket, expected letters, digits, dots and hyphens`;
  }
  return { bucket, path };
}

/**
 * Finds the logs of a place, folder by folder, many at a time. A folder of another service, of digests or of Insights
 * is not looked into, nor one whose dates show that it holds no call of the window. As on a disk, `logs` means what lies
 * in the folder `logs/`, or else the object `logs`, not `logs-of-others/`. Throws where the place itself cannot be
 * listed.
 * @param onListed told after each folder how many are listed, and how many logs are found
 */
export async function findLogObjects(
  store: ObjectStore,
  { bucket, path }: ObjectPlace,
  window: TimeWindow,
  onListed: (folders: number, logs: number) => void,
): Promise<FoundObjects> {
  const unreadable: { file: string; reason: string }[] = [];
  const limit = createLimit(LISTINGS_AT_A_TIME);
  const home = { store, bucket };
  let [folders, logs, otherTime] = [0, 0, 0];
  const isFolder = path === '' || path.endsWith('/');
  const top = await store.listFolder(bucket, isFolder ? path : `${path}/`);
  const files =
    isFolder || top.folders.length + top.objects.length > 0 ? await searchListed(top) : await findNamed();
  return { files, unreadable, otherTime };

  /** Whoever names an object wants that one, whatever its name says. */
  async function findNamed(): Promise<LogObject[]> {
    const named = await store.findObject(bucket, path);
    return named === undefined ? [] : [open(named)];
  }

  async function searchListed(listed: ObjectFolder): Promise<LogObject[]> {
    const found = listed.objects.filter(({ key }) => LOG_NAME.test(key) && isWanted(judgeKey(key, window)));
    folders += 1;
    logs += found.length;
    onListed(folders, logs);
    const entries = [
      ...found.map((object) => ({ key: object.key, find: () => Promise.resolve([open(object)]) })),
      ...listed.folders
        .filter((key) => isWanted(judgeFolder(key, window)))
        .map((key) => ({ key, find: () => searchFolder(key) })),
    ].sort((left, right) => (left.key < right.key ? -1 : 1));
    return (await Promise.all(entries.map(({ find }) => find()))).flat();
  }

  async function searchFolder(folder: string): Promise<LogObject[]> {
    let listed: ObjectFolder;
    try {
      listed = await limit(() => store.listFolder(bucket, folder));
    } catch (error) {
      unreadable.push({ file: `s3://${bucket}/${folder}`, reason: describeSystemError(error) });
      return [];
    }
    return searchListed(listed);
  }

  function isWanted(verdict: ReturnType<typeof judgeKey>): boolean {
    if (verdict === 'otherTime') otherTime += 1;
    return verdict === 'wanted';
  }

  function open({ key, bytes }: StoredObject): LogObject {
    return new FoundObject(home, key, bytes);
  }
}

/** One of perhaps a million: what all share is kept once, and the name is put together when it is asked for. */
class FoundObject implements LogObject {
  readonly kind = 'object';
  readonly bytes: number;
  readonly #place: { readonly store: ObjectStore; readonly bucket: string };
  readonly #key: string;

  constructor(place: { readonly store: ObjectStore; readonly bucket: string }, key: string, bytes: number) {
    this.#place = place;
    this.#key = key;
    this.bytes = bytes;
  }

  get name(): string {
    return `s3://${this.#place.bucket}/${this.#key}`;
  }

  open(signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#place.store.openObject(this.#place.bucket, this.#key, signal);
  }
}

/** Lets so many calls be under way at a time; the others wait for their turn. */
function createLimit(most: number): <Result>(call: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
