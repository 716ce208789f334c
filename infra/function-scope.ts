import { Arn, ArnFormat, type Stack, Token } from 'aws-cdk-lib';
import type { Allowlist, FunctionEntry, FunctionSelector, Mode } from '../core/allowlist/allowlist.ts';
import { readSelectorName } from '../core/allowlist/function-match.ts';
import { indexGlobs, listMatches } from '../core/allowlist/glob-index.ts';
import { GUARD_FUNCTION_NAMES } from '../core/guard.ts';
import { overlapsText } from '../core/plan/arn-pattern.ts';
import { parseFunctionName } from '../core/record/function-reference.ts';

/** The functions of one stack's account and Region that an allowlist names, as IAM resource ARNs. */
export interface FunctionScope {
  /** Functions that may be contained. */
  readonly enforced: readonly string[];
  /** Functions that are only observed: their callers are judged, and nothing of them is changed. */
  readonly observed: readonly string[];
  /** Functions observed although a less specific glob enforces their like: writing is denied on them. */
  readonly spared: readonly string[];
}

/**
 * Decides on which functions the guard may act.
 *
 * For a function in mode `observe` only its event source mappings are read; the guard tells of its callers without a
 * look at its policy. Where a less specific glob in `enforce` reaches it, an explicit Deny spares it, because the most specific entry
 * stands alone. A Deny that would also hit an enforced function is left out; there the code alone decides.
 */
export function scopeFunctions(allowlist: Allowlist, stack: Stack): FunctionScope {
  const enforced = listSelectors(allowlist, 'enforce', stack);
  const observed = listSelectors(allowlist, 'observe', stack);
  const listOverlapping = indexSelectors(enforced);
  const spared = observed.filter((one) => {
    const overlapping = listOverlapping(one);
    return overlapping.length > 0 && overlapping.every((other) => rank(other) < rank(one));
  });
  return {
    enforced: listArns(enforced, stack),
    observed: listArns(observed, stack),
    spared: listArns(spared, stack),
  };
}

/** Answers for any selector which of these can name the same function. A file may hold thousands of each. */
function indexSelectors(
  selectors: readonly FunctionSelector[],
): (one: FunctionSelector) => readonly FunctionSelector[] {
  const byName = new Map<string, FunctionSelector[]>();
  for (const one of selectors) {
    if (one.kind === 'glob') continue;
    byName.set(readName(one), [...(byName.get(readName(one)) ?? []), one]);
  }
  const globs = indexGlobs(
    selectors.flatMap((one) => (one.kind === 'glob' ? [[one.glob, one] as const] : [])),
  );
  const named = selectors.map((selector) => ({ selector, name: readName(selector) }));
  return (one) => {
    const name = readName(one);
    if (one.kind === 'glob') {
      return named.flatMap((other) => (overlapsText(name, other.name) ? [other.selector] : []));
    }
    return [...(byName.get(name) ?? []), ...listMatches(globs, name).map(({ item }) => item)];
  };
}

/** A full ARN stands above an exact name, and that above the longest glob. */
function rank(selector: FunctionSelector): number {
  switch (selector.kind) {
    case 'arn':
      return Number.POSITIVE_INFINITY;
    case 'name':
      return Number.MAX_VALUE;
    case 'glob':
      return selector.glob.length;
  }
}

function listSelectors(allowlist: Allowlist, mode: Mode, stack: Stack): readonly FunctionSelector[] {
  return allowlist.functions
    .filter((entry) => entry.mode === mode && isInStack(entry.selector, stack))
    .map((entry) => entry.selector);
}

function readName(selector: FunctionSelector): string {
  return selector.kind === 'glob' ? selector.glob : readSelectorName(selector);
}

/** A function and its qualifiers: `…:function:name` and `…:function:name:*`; a trailing `*` covers both. */
function listArns(selectors: readonly FunctionSelector[], stack: Stack): readonly string[] {
  return [...new Set(selectors.map(readName))].flatMap((name) => {
    const arn = composeFunctionArn(stack, name);
    return name.endsWith('*') ? [arn] : [arn, `${arn}:*`];
  });
}

/**
 * Lists the entries that name a function of another account or Region by its ARN: this deployment never sees them.
 * Empty where the stack's account or Region is not known at synth.
 */
export function listForeignEntries(allowlist: Allowlist, stack: Stack): readonly FunctionEntry[] {
  return allowlist.functions.filter((entry) => !isInStack(entry.selector, stack));
}

function isInStack(selector: FunctionSelector, stack: Stack): boolean {
  if (selector.kind !== 'arn') return true;
  const named = parseFunctionName(selector.arn);
  const sameAccount = Token.isUnresolved(stack.account) || named?.account === stack.account;
  const sameRegion = Token.isUnresolved(stack.region) || named?.region === stack.region;
  return sameAccount && sameRegion;
}

/** The ARNs of the guard's own functions, each of them exactly. */
export function listOwnFunctionArns(stack: Stack): readonly string[] {
  return GUARD_FUNCTION_NAMES.map((name) => composeFunctionArn(stack, name));
}

/** The ARN pattern of all event source mappings of the stack's own account and Region. */
export function composeMappingArn(stack: Stack): string {
  return Arn.format(
    {
      service: 'lambda',
      resource: 'event-source-mapping',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    stack,
  );
}

/** The ARN of a function (or glob) of the stack's own account and Region. */
export function composeFunctionArn(stack: Stack, name: string): string {
  return Arn.format(
    { service: 'lambda', resource: 'function', resourceName: name, arnFormat: ArnFormat.COLON_RESOURCE_NAME },
    stack,
  );
}
