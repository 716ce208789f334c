import type { CompiledPatterns, PassingEntry, PatternLimits } from '../core/pattern/compiled-patterns.ts';
import type { InvocationSelection } from '../core/trail/invocation-selectors.ts';
import type { AllowlistCosts } from './costs.ts';

/** How many pointers are told of one kind; the rest is a count. */
const MOST_TOLD = 5;

const COST = 'a queue message and a share of a Lambda invocation';

/** Says what each call costs, as a paragraph. */
export function explainCosts({ selection, patterns, limits }: AllowlistCosts): string {
  const lines = [explainSelection(selection), ...explainPatterns(patterns, limits)];
  return ['What a call costs:', ...lines.map((line) => `  ${line}`)].join('\n');
}

function explainSelection(selection: InvocationSelection): string {
  switch (selection.kind) {
    case 'nothing':
      return 'Trail: no call is logged, because no function is guarded.';
    case 'guarded':
      return `Trail: only the calls of the guarded functions are logged and paid for${explainRegion(selection.inStackRegion)}.`;
    case 'all':
      return selection.widened === null
        ? 'Trail: the calls of all functions are logged and paid for, as `trail.functions` asks.'
        : `Trail: the calls of all functions are logged and paid for, because ${selection.widened}.`;
  }
}

function explainRegion(globs: readonly string[]): string {
  if (globs.length === 0) return '';
  return `; those of ${cut(globs)} in the Region of the trail's stack only`;
}

/** Says in lines what patterns take, and which calls by listed callers they let through to the guard's function. */
export function explainPatterns(
  { patterns, coverage }: CompiledPatterns,
  limits: PatternLimits,
): readonly string[] {
  const { exactFunctions, looseFunctions, passing, characters, wildcardRules } = coverage;
  const wildcards =
    wildcardRules === 0 ? '' : `, ${wildcardRules} with wildcards (of ${limits.wildcardRules})`;
  return [
    `EventBridge: ${count(patterns.length, 'rule')} (of ${limits.rules}), ${characters} characters in all${wildcards}.`,
    ...(exactFunctions === 0
      ? []
      : [`Filtered exactly: ${countEntries(exactFunctions)}. A call by a listed caller costs nothing more.`]),
    ...explainLoose(looseFunctions),
    ...explainPassing(passing),
  ];
}

function explainLoose(pointers: readonly string[]): readonly string[] {
  if (pointers.length === 0) return [];
  return [
    `Not filtered exactly, because they do not fit into the rules: ${countEntries(pointers.length)} (${cut(pointers)}). ` +
      `All or most of their calls, by listed callers too, cost ${COST}.`,
  ];
}

function explainPassing(passing: readonly PassingEntry[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { pointer, why } of passing) {
    const pointers = byReason.get(why);
    if (pointers === undefined) byReason.set(why, [pointer]);
    else pointers.push(pointer);
  }
  if (byReason.size === 0) return [];
  return [
    `Never filtered: ${count(passing.length, 'entry', 'entries')} of callers. Each call by them costs ${COST}:`,
    ...[...byReason].map(([why, pointers]) => `- ${pointers.length}, because ${why} (${cut(pointers)})`),
  ];
}

function cut(items: readonly string[]): string {
  const told = items.slice(0, MOST_TOLD).join(', ');
  const more = items.length - MOST_TOLD;
  return more > 0 ? `${told} and ${more} more` : told;
}

function countEntries(number: number): string {
  return count(number, 'function entry', 'function entries');
}

function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
