import { printSafely } from '../core/text.ts';

/** One thing that is wrong (or doubtful) in an allowlist, where it stands, and what to do about it. */
export interface ConfigProblem {
  /** The file's name as the user gave it, or what stands for it where the allowlist was given as an object. */
  readonly file: string;
  /** 1-based; absent where there is no text to point into. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** JSON pointer of the value, such as `/functions/3/invokers/1/role`; empty for the whole file. */
  readonly pointer: string;
  /** One line: the value in backticks, what was expected, the fix. */
  readonly message: string;
}

/** A problem before it is located: `at` tells whether the key or its value is to be pointed at. */
export interface Finding {
  readonly pointer: string;
  readonly at: 'key' | 'value';
  readonly message: string;
}

/** Writes a problem as one line that editors and terminals can jump to: `invokeguard.yaml:12: …`. */
export function formatProblem(problem: ConfigProblem): string {
  const { line } = problem;
  const place = line === undefined ? (problem.pointer === '' ? '' : `:${problem.pointer}`) : `:${line}`;
  return `${printSafely(`${problem.file}${place}`)}: ${problem.message}`;
}

const LONGEST_QUOTE = 200;

/**
 * Puts a value from the file between backticks: on one line, harmless on a terminal, and not too long. What has no
 * text of its own (a list, a map, nothing) is named in words.
 */
export function quote(value: unknown): string {
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = String(value);
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return `\`${printSafely(shown).replaceAll('`', "'")}\``;
}

/** Appends one step to a JSON pointer. @see https://www.rfc-editor.org/rfc/rfc6901 */
export function extendPointer(pointer: string, step: string | number): string {
  return `${pointer}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Cuts a JSON pointer into its steps. */
export function splitPointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
