import { resolve } from 'node:path';
import { readAllowlistFile } from '../config/allowlist-file.ts';
import { formatProblem } from '../config/problem.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { CommandIo } from './command-io.ts';

/** The allowlist that a command works with; where it is bad, its problems are on stderr already. */
export type AllowlistArgument =
  | { readonly kind: 'allowlist'; readonly allowlist: Allowlist }
  | { readonly kind: 'invalid' };

/** Reads the file that `--config` names, from the working directory. Warnings go to stderr and stop nothing. */
export function readAllowlistArgument(config: string, io: CommandIo): AllowlistArgument {
  const reading = readAllowlistFile(resolve(io.cwd, config), io.nowMs());
  for (const warning of reading.warnings) {
    io.writeErr(`warning: ${formatProblem({ ...warning, file: config })}\n`);
  }
  if (reading.kind === 'allowlist') return { kind: 'allowlist', allowlist: reading.allowlist };
  for (const problem of reading.problems)
    io.writeErr(`error: ${formatProblem({ ...problem, file: config })}\n`);
  return { kind: 'invalid' };
}
