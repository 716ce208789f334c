import type {
  Allowlist,
  FunctionEntry,
  FunctionSelector,
  InvokerEntry,
  Mode,
} from '../core/allowlist/allowlist.ts';
import { hasWildcard } from '../core/arn.ts';
import { FILE_SCHEMA, FUNCTION_SCHEMA } from './allowlist-schema.ts';
import { adviseOnEntry, adviseOnFunction, adviseOnPartitions } from './entry-advice.ts';
import { compileEntry, type EntryPlace } from './entry-compiler.ts';
import { findEntryOverlaps } from './entry-overlap.ts';
import { findFunctionOverlaps } from './function-overlap.ts';
import { extendPointer, type Finding, quote } from './problem.ts';
import { type Findings, isPlainMap, readShape } from './shape-reader.ts';
import { checkFunctionName } from './value-check.ts';

/** What the compiler makes of a parsed file, before anything is located in the text. */
export type Compilation =
  | { readonly kind: 'allowlist'; readonly allowlist: Allowlist; readonly warnings: readonly Finding[] }
  | {
      readonly kind: 'invalid';
      readonly problems: readonly Finding[];
      readonly warnings: readonly Finding[];
    };

// A resource policy has 20,480 characters: more entries than this fit into none, and aliases can multiply a small file.
const MOST_INVOKERS = 1000;
const MOST_FUNCTIONS = 10_000;
const MOST_ENTRIES = 50_000;

/**
 * Compiles a parsed allowlist file: reads every part, compares the parts with each other, and finds every fault
 * rather than the first.
 * @param nowMs the time at which entries count as expired (a warning, never a problem).
 */
export function compileFile(value: unknown, nowMs: number): Compilation {
  const findings: Findings = { problems: [], warnings: [] };
  const oversize = findOversize(value);
  if (oversize !== undefined) return { kind: 'invalid', problems: [oversize], warnings: [] };
  const file = readShape(FILE_SCHEMA, value, '', findings);
  // What stands below a faulty key is read all the same, so that its faults are told too.
  const written = isPlainMap(value) ? value : {};
  const mode: Mode = written['mode'] === 'enforce' ? 'enforce' : 'observe';
  const functions = readList(written['functions']).map((item, index) =>
    compileFunction(item, extendPointer('/functions', index), mode, findings),
  );
  const breakGlass = compileEntries(readList(written['breakGlass']), '/breakGlass', 'breakGlass', findings);
  const allowlist: Allowlist = {
    version: 1,
    trail: { functions: file?.trail?.functions ?? 'guarded' },
    alerts: { emails: file?.alerts?.emails ?? [] },
    functions: functions.filter((entry) => entry !== undefined),
    breakGlass,
  };
  compareParts(allowlist, nowMs, findings);
  if (file !== undefined && readList(written['functions']).length === 0) {
    findings.warnings.push({
      pointer: '/functions',
      at: 'key',
      message: '`functions` is empty, so the file guards nothing: name the functions to guard',
    });
  }
  const { problems, warnings } = findings;
  return problems.length === 0
    ? { kind: 'allowlist', allowlist, warnings }
    : { kind: 'invalid', problems, warnings };
}

/** Finds lists that are too long to be meant, before time is spent on them. */
function findOversize(value: unknown): Finding | undefined {
  if (!isPlainMap(value)) return undefined;
  const functions = readList(value['functions']);
  if (functions.length > MOST_FUNCTIONS) {
    return tooMany('/functions', functions.length, MOST_FUNCTIONS, 'use globs such as `orders-*`');
  }
  let total = 0;
  const lists = functions.map((item) => (isPlainMap(item) ? readList(item['invokers']) : []));
  for (const [index, list] of [...lists, readList(value['breakGlass'])].entries()) {
    const pointer = index < lists.length ? `/functions/${index}/invokers` : '/breakGlass';
    if (list.length > MOST_INVOKERS) {
      return tooMany(pointer, list.length, MOST_INVOKERS, 'use wildcards, or list an account');
    }
    total += list.length;
    if (total > MOST_ENTRIES)
      return tooMany(pointer, total, MOST_ENTRIES, 'use wildcards, or split the file');
  }
  return undefined;
}

function tooMany(pointer: string, count: number, most: number, fix: string): Finding {
  return {
    pointer,
    at: 'key',
    message: `${quote(count)} entries up to here, expected at most ${most}: ${fix}`,
  };
}

function readList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function compileFunction(
  value: unknown,
  pointer: string,
  defaultMode: Mode,
  findings: Findings,
): FunctionEntry | undefined {
  const read = readShape(FUNCTION_SCHEMA, value, pointer, findings);
  const written = isPlainMap(value) ? readList(value['invokers']) : [];
  const invokers = compileEntries(written, extendPointer(pointer, 'invokers'), 'invokers', findings);
  if (read === undefined) return salvageFunction(value, pointer, invokers);
  const mode = read.mode ?? defaultMode;
  checkNobody(mode, written.length, read.confirm, pointer, findings);
  const scope = read.scope === 'offender' ? { scope: read.scope } : {};
  return { pointer, selector: compileSelector(read.name), mode, ...scope, invokers };
}

/** A function with a fault elsewhere is compared with the others all the same, so that everything is told at once. */
function salvageFunction(
  value: unknown,
  pointer: string,
  invokers: readonly InvokerEntry[],
): FunctionEntry | undefined {
  const name = isPlainMap(value) ? value['name'] : undefined;
  if (typeof name !== 'string' || checkFunctionName(name) !== undefined) return undefined;
  return { pointer, selector: compileSelector(name), mode: 'observe', invokers };
}

/** An empty list in enforce shuts everyone out: that has to be said twice. */
function checkNobody(
  mode: Mode,
  count: number,
  confirm: 'nobody' | undefined,
  pointer: string,
  findings: Findings,
): void {
  if (count === 0 && mode === 'enforce' && confirm === undefined) {
    findings.problems.push({
      pointer: extendPointer(pointer, 'invokers'),
      at: 'key',
      message:
        '`invokers` is empty in `mode: enforce`, so nobody could call the function: list its callers, or write `confirm: nobody` beside it if that is meant',
    });
  }
  if (count > 0 && confirm !== undefined) {
    findings.warnings.push({
      pointer: extendPointer(pointer, 'confirm'),
      at: 'key',
      message: '`confirm: nobody` contradicts the entries in `invokers`, which count: remove it',
    });
  }
}

function compileEntries(
  values: readonly unknown[],
  pointer: string,
  place: EntryPlace,
  findings: Findings,
): readonly InvokerEntry[] {
  return values
    .map((value, index) => compileEntry(value, extendPointer(pointer, index), place, findings))
    .filter((entry) => entry !== undefined);
}

function compileSelector(name: string): FunctionSelector {
  if (name.startsWith('arn:')) return { kind: 'arn', arn: name };
  return hasWildcard(name) ? { kind: 'glob', glob: name } : { kind: 'name', name };
}

function compareParts(allowlist: Allowlist, nowMs: number, findings: Findings): void {
  findFunctionOverlaps(allowlist.functions, findings);
  findEntryOverlaps(allowlist.breakGlass, [], findings);
  for (const entry of allowlist.breakGlass) adviseOnEntry(entry, nowMs, findings);
  for (const entry of allowlist.functions) {
    findEntryOverlaps(entry.invokers, allowlist.breakGlass, findings);
    for (const invoker of entry.invokers) adviseOnEntry(invoker, nowMs, findings);
    adviseOnFunction(entry, nowMs, findings);
  }
  adviseOnPartitions(allowlist, findings);
}
