import { readFileSync } from 'node:fs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { isJsonObject, readText } from '../core/json.ts';
import { type Compilation, compileFile } from './allowlist-compiler.ts';
import type { ConfigProblem, Finding } from './problem.ts';
import { shareTexts } from './shared-text.ts';
import { createLocator, type Locator } from './yaml-position.ts';
import { LONGEST_TEXT, parseYamlText } from './yaml-text.ts';

/** What reading an allowlist comes to. Problems stop everything; warnings stop nothing but `check --strict`. */
export type AllowlistReading =
  | {
      readonly kind: 'allowlist';
      readonly allowlist: Allowlist;
      readonly warnings: readonly ConfigProblem[];
    }
  | {
      readonly kind: 'invalid';
      readonly problems: readonly ConfigProblem[];
      readonly warnings: readonly ConfigProblem[];
    };

/**
 * Reads the text of an allowlist file and compiles it. Never throws for what the text says; every fault is told, each
 * with its line.
 * @param fileName stands in the problems; nothing is opened.
 * @param nowMs the time at which entries count as expired, in epoch milliseconds. @default now
 */
export function readAllowlist(text: string, fileName: string, nowMs: number = Date.now()): AllowlistReading {
  const reading = parseYamlText(text.startsWith('\uFEFF') ? text.slice(1) : text);
  if (reading.kind === 'fault') {
    return { kind: 'invalid', problems: [{ file: fileName, pointer: '', ...reading.fault }], warnings: [] };
  }
  return place(compileFile(reading.value, nowMs), fileName, createLocator(text));
}

/**
 * Compiles an allowlist that is an object already, such as one that a CDK app wrote in TypeScript. Problems carry the
 * pointer, and no line.
 * @param source names the object in messages, such as `allowlist`.
 * @param nowMs the time at which entries count as expired, in epoch milliseconds. @default now
 */
export function compileAllowlist(
  value: unknown,
  source: string,
  nowMs: number = Date.now(),
): AllowlistReading {
  return place(compileFile(value, nowMs), source, undefined);
}

/**
 * Reads an allowlist file from disk. A file that is not there, is a folder, can not be read or is not UTF-8 is a
 * problem like any other.
 * @param nowMs the time at which entries count as expired, in epoch milliseconds. @default now
 */
export function readAllowlistFile(path: string, nowMs: number = Date.now()): AllowlistReading {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return refuseFile(path, explainReadError(error));
  }
  // A character of UTF-8 has at most four bytes; anything longer is refused without decoding it.
  if (bytes.length > LONGEST_TEXT * 4) {
    return refuseFile(
      path,
      `the file has ${bytes.length} bytes, expected an allowlist of at most ${LONGEST_TEXT} characters`,
    );
  }
  try {
    return readAllowlist(new TextDecoder('utf-8', { fatal: true }).decode(bytes), path, nowMs);
  } catch (error) {
    if (readCode(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    return refuseFile(path, 'the file is not UTF-8 text, expected UTF-8: save it with that encoding');
  }
}

function explainReadError(error: unknown): string {
  const code = readCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'the file is not there, expected an allowlist: name another with `--config FILE` (for cdk `-c config=FILE`), or start from the example in docs/allowlist.md';
    case 'EISDIR':
      return 'this is a folder, expected a file: name the allowlist file in it';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be read, expected read permission: check its owner and mode';
    default:
      return `the file can not be read (${code ?? String(error)}), expected an allowlist`;
  }
}

/** Node's own errors are known by their code. */
function readCode(error: unknown): string | undefined {
  return isJsonObject(error) ? readText(error, 'code') : undefined;
}

function refuseFile(file: string, message: string): AllowlistReading {
  return { kind: 'invalid', problems: [{ file, pointer: '', message }], warnings: [] };
}

function place(compilation: Compilation, file: string, locator: Locator | undefined): AllowlistReading {
  const locate = ({ pointer, at, message }: Finding): ConfigProblem => ({
    file,
    ...locator?.({ pointer, at }),
    pointer,
    message,
  });
  const warnings = sortByLine(compilation.warnings.map(locate));
  return compilation.kind === 'allowlist'
    ? { kind: 'allowlist', allowlist: shareTexts(compilation.allowlist), warnings }
    : { kind: 'invalid', problems: sortByLine(compilation.problems.map(locate)), warnings };
}

function sortByLine(problems: ConfigProblem[]): readonly ConfigProblem[] {
  return problems.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
}
