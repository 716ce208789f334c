import { Readable } from 'node:stream';
import type { CommandIo } from '../../cli/command-io.ts';

/** A command's outside, kept in memory. */
export interface RecordedIo extends CommandIo {
  readonly written: { out: string; err: string };
}

/** Builds an outside whose person types `answer`; without one there is no terminal. */
export function recordIo(
  options: { answer?: string; cwd?: string; env?: Record<string, string>; stdin?: string } = {},
): RecordedIo {
  const written = { out: '', err: '' };
  const { answer, cwd = '/', env = {}, stdin = '' } = options;
  return {
    written,
    writeOut: (text) => {
      written.out += text;
    },
    writeErr: (text) => {
      written.err += text;
    },
    env,
    cwd,
    terminal: answer === undefined ? 'plain' : 'interactive',
    stdin: Readable.from([Buffer.from(answer === undefined ? stdin : `${answer}\n`)]),
    nowMs: () => Date.parse('2026-11-21T10:00:00Z'),
  };
}
