import { parseFunctionName } from '../record/function-reference.ts';
import type { Allowlist, FunctionEntry, FunctionSelector } from './allowlist.ts';
import { type FunctionIndex, indexFunctions, lookUpFunction } from './function-index.ts';

/**
 * The index of each allowlist in use. An allowlist is plain JSON that never changes, and everyone passes it around as
 * such; its index follows from it alone, so remembering it changes no answer and spares every caller a second value
 * that has to fit the first.
 */
const INDEXES = new WeakMap<Allowlist['functions'], FunctionIndex>();

/**
 * Finds the one entry that guards a function: its full ARN, then its exact name, then the longest glob.
 * The winner stands alone; entries are never merged. `undefined` means that nobody guards the function.
 * @param functionArn unqualified, as a record names it: only its name and its whole text are looked at
 */
export function findFunctionEntry(allowlist: Allowlist, functionArn: string): FunctionEntry | undefined {
  let index = INDEXES.get(allowlist.functions);
  if (index === undefined) {
    index = indexFunctions(allowlist.functions);
    INDEXES.set(allowlist.functions, index);
  }
  return lookUpFunction(index, functionArn);
}

/** The function name that a selector names exactly; empty for a glob. */
export function readSelectorName(selector: FunctionSelector): string {
  switch (selector.kind) {
    case 'arn':
      return parseFunctionName(selector.arn)?.name ?? '';
    case 'name':
      return selector.name;
    case 'glob':
      return '';
  }
}
