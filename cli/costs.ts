import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { LONGEST_PLACE, listGuardFunctionArns } from '../core/guard.ts';
import type { CompiledPatterns, PatternLimits } from '../core/pattern/compiled-patterns.ts';
import { compilePatterns } from '../core/pattern/pattern-compiler.ts';
import { type InvocationSelection, selectInvocations } from '../core/trail/invocation-selectors.ts';

/** What a deployed allowlist makes AWS do for each call: what is logged, and what reaches the guard's function. */
export interface AllowlistCosts {
  readonly selection: InvocationSelection;
  readonly patterns: CompiledPatterns;
  readonly limits: PatternLimits;
}

/**
 * Finds what deploying an allowlist comes to. Account and Region are not known here, so that the guard's own ARNs count
 * as long as they can be.
 */
export function assessCosts(allowlist: Allowlist, limits: PatternLimits): AllowlistCosts {
  const ownFunctionArns = listGuardFunctionArns(LONGEST_PLACE);
  const { partition, region, account } = LONGEST_PLACE;
  const functionArnStem = `arn:${partition}:lambda:${region}:${account}:function:`;
  return {
    selection: selectInvocations(allowlist, { ownFunctionArns, functionArnStem }),
    patterns: compilePatterns(allowlist, ownFunctionArns, limits),
    limits,
  };
}

/** The costs as JSON: every pointer, nothing cut. */
export function composeCostsJson({ selection, patterns, limits }: AllowlistCosts): unknown {
  const { kind } = selection;
  const trail = { selectors: kind, widened: kind === 'all' ? selection.widened : null };
  return { trail, patterns: { rules: patterns.patterns.length, limits, ...patterns.coverage } };
}
