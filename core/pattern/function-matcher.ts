import type { Allowlist, FunctionEntry } from '../allowlist/allowlist.ts';
import { readSelectorName } from '../allowlist/function-match.ts';
import { matchWildcard } from '../arn.ts';

/** How a pattern tells a function by `resources.ARN`, which is unqualified in a record. */
export type FunctionMatcher =
  | { readonly kind: 'arn'; readonly arn: string }
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'wildcard'; readonly wildcard: string }
  /** Every function apart from these: ARNs, endings that start with `:`, or wildcard texts. */
  | { readonly kind: 'anyBut'; readonly but: readonly string[] };

/** A function entry as EventBridge can tell it. It may match more functions than the entry names, never fewer. */
export function matchFunction(entry: FunctionEntry): FunctionMatcher {
  const { selector } = entry;
  switch (selector.kind) {
    case 'arn':
      return { kind: 'arn', arn: selector.arn };
    case 'name':
      return { kind: 'suffix', suffix: `:${selector.name}` };
    case 'glob':
      return matchGlob(selector.glob);
  }
}

function matchGlob(glob: string): FunctionMatcher {
  // EventBridge has no wildcard for one character; two `*` in a row it refuses.
  const widened = glob.replaceAll('?', '*').replaceAll(/\*+/g, '*');
  if (widened === '*') return { kind: 'anyBut', but: [] };
  if (widened.lastIndexOf('*') === 0) return { kind: 'suffix', suffix: widened.slice(1) };
  return { kind: 'wildcard', wildcard: `*:function:${widened}` };
}

/** Decides whether a pattern with this matcher takes a function's unqualified ARN. */
export function takesFunction(matcher: FunctionMatcher, functionArn: string): boolean {
  switch (matcher.kind) {
    case 'arn':
      return matcher.arn === functionArn;
    case 'suffix':
      return functionArn.endsWith(matcher.suffix);
    case 'wildcard':
      return matchWildcard(matcher.wildcard, functionArn);
    case 'anyBut':
      return !matcher.but.includes(functionArn);
  }
}

/** The matcher as EventBridge writes it, in the list under `resources.ARN`. */
export function writeMatcher(matcher: FunctionMatcher): unknown {
  switch (matcher.kind) {
    case 'arn':
      return matcher.arn;
    case 'suffix':
      return { suffix: matcher.suffix };
    case 'wildcard':
      return { wildcard: matcher.wildcard };
    case 'anyBut':
      return writeExclusion(matcher.but);
  }
}

/** `anything-but` takes one kind of test: endings where they do, wildcards where a glob is among the exclusions. */
function writeExclusion(but: readonly string[]): unknown {
  // Records without `resources` have patterns of their own.
  if (but.length === 0) return { exists: true };
  if (!but.some((text) => text.includes('*'))) return { 'anything-but': { suffix: but } };
  const wildcard = but.map((text) => (text.startsWith(':') ? `*${text}` : text));
  return { 'anything-but': { wildcard } };
}

/**
 * Shortens full ARNs to the function's name where no other entry has that name: a function of the same name in another
 * account is not logged to the same event bus.
 */
export function shortenArns(allowlist: Allowlist): readonly FunctionMatcher[] {
  const counts = new Map<string, number>();
  const names = allowlist.functions.map(({ selector }) => readSelectorName(selector));
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return allowlist.functions.map((entry, index) => {
    const name = names[index] ?? '';
    return entry.selector.kind === 'arn' && counts.get(name) === 1
      ? { kind: 'suffix', suffix: `:${name}` }
      : matchFunction(entry);
  });
}
