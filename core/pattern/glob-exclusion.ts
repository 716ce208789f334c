import type { Allowlist, FunctionEntry } from '../allowlist/allowlist.ts';
import { matchWildcard } from '../arn.ts';
import { overlapsText } from '../plan/arn-pattern.ts';
import type { AtomSet } from './caller-atom.ts';
import type { PatternLimits } from './compiled-patterns.ts';
import { type FunctionMatcher, readSelectorName, takesFunction } from './function-matcher.ts';

/** What the exclusions of one entry are found from. */
interface Guarded {
  readonly allowlist: Allowlist;
  readonly sets: readonly AtomSet[];
  readonly exclude: readonly string[];
  readonly limits: PatternLimits;
}

/** More pairs than this are not compared: the patterns then match more. */
const MOST_PAIRS = 2_000_000;

/**
 * Finds the functions that an entry's matcher takes and that are not the entry's to judge: the guard's own, and those
 * of more exact entries where these list callers that the entry itself does not. Leaving one of the latter out would
 * be sound too, so that the list ends where half a pattern is full.
 */
export function findExclusions(
  guarded: Guarded,
  matchers: readonly FunctionMatcher[],
  index: number,
): readonly string[] {
  const { allowlist, exclude, limits } = guarded;
  const matcher = matchers[index];
  const entry = allowlist.functions[index];
  if (matcher === undefined || entry === undefined) return [];
  const own = exclude.filter((functionArn) => takesFunction(matcher, functionArn));
  if (entry.selector.kind !== 'glob') return own;
  const texts = [...own];
  let room = limits.characters / 2 - own.join('","').length;
  for (const text of listExacter(guarded, index, entry.selector.glob)) {
    room -= text.length + 4;
    if (room < 0) break;
    texts.push(text);
  }
  return texts;
}

function listExacter({ allowlist, sets }: Guarded, index: number, glob: string): readonly string[] {
  const globs = allowlist.functions.filter(({ selector }) => selector.kind === 'glob').length;
  // A pattern has no wildcard for one character: what it takes for more than the glob names is not known here.
  if (glob.includes('?') || globs * allowlist.functions.length > MOST_PAIRS) return [];
  const covered = new Set(sets[index]?.callers.atoms.map(({ key }) => key));
  return allowlist.functions.flatMap((other, place) => {
    const text = place === index ? undefined : writeExacter(other, glob);
    const adds = sets[place]?.callers.atoms.some(({ key }) => !covered.has(key)) === true;
    return text === undefined || !adds ? [] : [text];
  });
}

/** The functions of an entry that stands above the glob: an ARN, the end of one, or a wildcard. */
function writeExacter(entry: FunctionEntry, glob: string): string | undefined {
  const { selector } = entry;
  if (selector.kind === 'glob') {
    const stands = selector.glob.length > glob.length && !selector.glob.includes('?');
    return stands && overlapsText(selector.glob, glob)
      ? `*:function:${selector.glob.replaceAll(/\*+/g, '*')}`
      : undefined;
  }
  const name = readSelectorName(entry);
  if (!matchWildcard(glob, name)) return undefined;
  return selector.kind === 'arn' ? selector.arn : `:${name}`;
}
