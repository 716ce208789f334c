import { readRecordedName } from '../record/function-reference.ts';
import type { FunctionEntry } from './allowlist.ts';
import { type GlobIndex, indexGlobs, listMatches } from './glob-index.ts';

/** The function entries of an allowlist, filed by what they name. */
export interface FunctionIndex {
  readonly byArn: ReadonlyMap<string, FunctionEntry>;
  readonly byName: ReadonlyMap<string, FunctionEntry>;
  readonly globs: GlobIndex<FunctionEntry>;
}

/** Files function entries. Where two name the same function, the first counts. */
export function indexFunctions(functions: readonly FunctionEntry[]): FunctionIndex {
  const byArn = new Map<string, FunctionEntry>();
  const byName = new Map<string, FunctionEntry>();
  const globs: [string, FunctionEntry][] = [];
  for (const entry of functions) {
    const { selector } = entry;
    switch (selector.kind) {
      case 'arn':
        if (!byArn.has(selector.arn)) byArn.set(selector.arn, entry);
        break;
      case 'name':
        if (!byName.has(selector.name)) byName.set(selector.name, entry);
        break;
      case 'glob':
        globs.push([selector.glob, entry]);
        break;
    }
  }
  return { byArn, byName, globs: indexGlobs(globs) };
}

/**
 * Finds the one entry that guards a function: its full ARN, then its exact name, then the longest glob. Of globs that
 * are equally long, which `config` refuses, the first counts.
 * @param functionArn unqualified, as a record names it: only its name and its whole text are looked at
 */
export function lookUpFunction(index: FunctionIndex, functionArn: string): FunctionEntry | undefined {
  const byArn = index.byArn.get(functionArn);
  if (byArn !== undefined) return byArn;
  const name = readRecordedName(functionArn);
  return index.byName.get(name) ?? lookUpGlob(index.globs, name);
}

function lookUpGlob(globs: GlobIndex<FunctionEntry>, name: string): FunctionEntry | undefined {
  const [first, ...others] = listMatches(globs, name);
  if (first === undefined) return undefined;
  return others.reduce((best, other) => {
    const longer = other.glob.length - best.glob.length;
    return longer > 0 || (longer === 0 && other.order < best.order) ? other : best;
  }, first).item;
}
