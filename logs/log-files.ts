import { type BigIntStats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject } from '../core/json.ts';

/** One file to read, by the name that messages use; `-` stands for standard input. */
export type LogFile = LocalFile | { readonly kind: 'stdin'; readonly name: '-' } | LogObject | FetchedObject;

/** A file of this machine. */
export interface LocalFile {
  readonly kind: 'file';
  readonly name: string;
  readonly path: string;
  /** How large it was when it was found; 0 for what is no regular file, such as a pipe. */
  readonly bytes: number;
}

/** An object in a store such as S3, which only this thread can read. */
export interface LogObject {
  readonly kind: 'object';
  /** `s3://BUCKET/KEY` */
  readonly name: string;
  readonly bytes: number;
  /** Reads it from its beginning. What goes wrong is thrown, with a `code` and with the reason as the message. */
  readonly open: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** An object that was read into the memory, so that any thread can scan it; or that could not be. */
export type FetchedObject =
  | {
      readonly kind: 'fetched';
      readonly name: string;
      readonly bytes: number;
      /** Its own buffer, so that it can be moved to another thread. */
      readonly content: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'lost'; readonly name: string; readonly reason: string };

/** What the paths on the command line stand for. */
export type FoundLogFiles =
  | {
      readonly kind: 'found';
      readonly files: readonly LogFile[];
      /** What lies below the given paths and could not be looked into. */
      readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
    }
  /** A path that was named cannot be read at all: nothing should be begun. One sentence for each. */
  | { readonly kind: 'missing'; readonly problems: readonly string[] };

/**
 * Finds the logs that an `s3://` path stands for; a sentence says why nothing can be read there.
 * @param name as it stands on the command line
 */
export type SearchObjects = (name: string) => Promise<
  | {
      readonly kind: 'found';
      readonly files: readonly LogObject[];
      readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
    }
  | { readonly kind: 'missing'; readonly problem: string }
>;

/** What is read in folders: other names are none of a log. */
export const LOG_NAME = /\.(json|ndjson|jsonl)(\.gz)?$/i;

interface Search {
  readonly files: LogFile[];
  readonly unreadable: { file: string; reason: string }[];
  /** Device and inode of what was seen, so that links in a circle end and no file is read twice. */
  readonly seen: Set<string>;
}

/**
 * Finds the log files that paths stand for, before any of them is read: a file as it is named, a folder with all the
 * `.json`, `.ndjson` and `.jsonl` files below it (each also `.gz`), `-` for standard input. Paths keep their order,
 * folders are read in the order of their names' character codes, and no file comes twice.
 * @param searchObjects looks up what begins with `s3://`
 */
export async function findLogFiles(
  paths: readonly string[],
  cwd: string,
  searchObjects: SearchObjects,
): Promise<FoundLogFiles> {
  const search: Search = { files: [], unreadable: [], seen: new Set() };
  const problems: string[] = [];
  const places = paths.filter((path) => path.startsWith('s3://')).length;
  for (const name of paths) {
    if (name === '-') {
      if (!search.seen.has('-')) search.files.push({ kind: 'stdin', name });
      search.seen.add('-');
      continue;
    }
    if (name.startsWith('s3://')) {
      const found = await searchObjects(name);
      if (found.kind === 'missing') problems.push(found.problem);
      else addObjects(search, found, places > 1 ? 'possible' : 'none');
      continue;
    }
    const path = resolve(cwd, name);
    try {
      const stats = await stat(path, { bigint: true });
      if (stats.isDirectory()) await searchFolder(search, name, path, stats);
      else addFile(search, name, path, stats);
    } catch (error) {
      problems.push(`cannot read \`${name}\`: ${describeSystemError(error)}`);
    }
  }
  if (problems.length > 0) return { kind: 'missing', problems };
  return { kind: 'found', files: search.files, unreadable: search.unreadable };
}

async function searchFolder(search: Search, name: string, path: string, stats: BigIntStats): Promise<void> {
  if (!claim(search, stats)) return;
  const entries = (await readdir(path)).sort();
  for (const entry of entries) {
    const entryName = join(name, entry);
    const entryPath = join(path, entry);
    try {
      // Not by a promise each: there are thousands of files, and the system answers from its memory.
      const entryStats = statSync(entryPath, { bigint: true });
      if (entryStats.isDirectory()) await searchFolder(search, entryName, entryPath, entryStats);
      else if (entryStats.isFile() && LOG_NAME.test(entry)) addFile(search, entryName, entryPath, entryStats);
    } catch (error) {
      search.unreadable.push({ file: entryName, reason: describeSystemError(error) });
    }
  }
}

function addFile(search: Search, name: string, path: string, stats: BigIntStats): void {
  // Pipes (`<(zcat …)`) may share their numbers and can be read only once anyway.
  if (stats.isFile() && !claim(search, stats)) return;
  search.files.push({ kind: 'file', name, path, bytes: stats.isFile() ? Number(stats.size) : 0 });
}

function addObjects(
  search: Search,
  { files, unreadable }: Extract<Awaited<ReturnType<SearchObjects>>, { readonly kind: 'found' }>,
  overlap: 'possible' | 'none',
): void {
  for (const file of files) {
    // A million names need not be remembered where none can come again.
    if (overlap === 'possible') {
      if (search.seen.has(file.name)) continue;
      search.seen.add(file.name);
    }
    search.files.push(file);
  }
  search.unreadable.push(...unreadable);
}

function claim(search: Search, stats: BigIntStats): boolean {
  const identity = `${stats.dev}:${stats.ino}`;
  if (search.seen.has(identity)) return false;
  search.seen.add(identity);
  return true;
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'a link that leads to itself',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
};

/** Says in words why the operating system refused a file. */
export function describeSystemError(error: unknown): string {
  const code = readErrorCode(error);
  return SYSTEM_ERRORS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** The `code` that Node puts on the errors of the system and of its own modules; empty where there is none. */
export function readErrorCode(error: unknown): string {
  return isJsonObject(error) && typeof error['code'] === 'string' ? error['code'] : '';
}
