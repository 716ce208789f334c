import { compileAllowlist, readAllowlistFile } from '../config/allowlist-file.ts';
import { type ConfigProblem, formatProblem } from '../config/problem.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';

/** Where a construct takes its allowlist from: the path of an `invokeguard.yaml`, or the same content as an object. */
export type AllowlistSource = string | Readonly<Record<string, unknown>>;

/** A valid allowlist, and what is doubtful in it: one line each. */
export interface LoadedAllowlist {
  readonly allowlist: Allowlist;
  readonly warnings: readonly string[];
}

/** Stops synth, before anything is deployed: the allowlist has faults. The message holds one line for each. */
export class InvalidAllowlistError extends Error {
  override readonly name = 'InvalidAllowlistError';

  constructor(problems: readonly ConfigProblem[]) {
    super(`the allowlist is not valid:\n${problems.map(formatProblem).join('\n')}`);
  }
}

/** Reads and compiles an allowlist. Throws `InvalidAllowlistError` where it has faults. */
export function loadAllowlist(source: AllowlistSource): LoadedAllowlist {
  const reading =
    typeof source === 'string' ? readAllowlistFile(source) : compileAllowlist(source, 'allowlist');
  if (reading.kind === 'invalid') throw new InvalidAllowlistError(reading.problems);
  return { allowlist: reading.allowlist, warnings: reading.warnings.map(formatProblem) };
}
