import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeSystemError, readErrorCode } from '../logs/log-files.ts';

/** Whether a file was written; where not, why, in one sentence. */
export type FileWriting =
  | { readonly kind: 'written' }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Looks whether a file can be written at all, before the work is done that fills it.
 * @param inputs paths of files that are read: writing over one of them would destroy it
 */
export function checkOutputFile(name: string, cwd: string, inputs: readonly string[]): FileWriting {
  const path = followLink(resolve(cwd, name));
  try {
    if (!statSync(dirname(path)).isDirectory()) return fail(name, `\`${dirname(path)}\` is not a folder`);
    const existing = existsSync(path) ? statSync(path) : undefined;
    if (existing?.isDirectory()) return fail(name, 'it is a folder, expected the name of a file');
    // An ordinary file is replaced by one that is written beside it; a pipe or a device is written to.
    const replaceable = existing === undefined || existing.isFile();
    accessSync(replaceable ? dirname(path) : path, constants.W_OK);
    if (existing === undefined) return { kind: 'written' };
  } catch (error) {
    return fail(name, describeFault(error));
  }
  return inputs.some((input) => followLink(input) === path)
    ? fail(name, 'it is one of the logs that are read, expected another file')
    : { kind: 'written' };
}

/**
 * Writes a file whole or not at all: first under another name beside it, then in its place. What is no ordinary file
 * (a pipe, a device) is written to directly, since it cannot be replaced.
 */
export function writeOutputFile(name: string, cwd: string, text: string): FileWriting {
  const path = followLink(resolve(cwd, name));
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    if (existsSync(path) && !statSync(path).isFile()) {
      writeFileSync(path, text);
      return { kind: 'written' };
    }
    writeFileSync(draft, text, { flag: 'wx', flush: true });
    renameSync(draft, path);
    return { kind: 'written' };
  } catch (error) {
    rmSync(draft, { force: true });
    return fail(name, describeFault(error));
  }
}

function fail(name: string, why: string): FileWriting {
  return { kind: 'failed', message: `cannot write \`${name}\`: ${why}` };
}

/** The file behind a link, so that the link stays one; the path itself where nothing is there yet. */
function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function describeFault(error: unknown): string {
  const code = readErrorCode(error);
  if (code === 'ENOSPC') return 'no space is left on the disk; nothing was written';
  if (code === 'EDQUOT') return 'your quota of the disk is used up; nothing was written';
  if (code === 'EROFS') return 'the disk is read-only';
  return describeSystemError(error);
}
