import type { JsonObject } from '../json.ts';
import type { CallerAtom, FieldValue } from './caller-atom.ts';

/** One alternative of a pattern's `detail`, and which kind of atom makes it long. */
export interface CallerBranch {
  readonly kind: CallerAtom['kind'] | 'rest';
  readonly detail: JsonObject;
}

/** A branch for one type of `userIdentity`. */
export interface TypedBranch extends CallerBranch {
  readonly type: string;
}

/** A field that is not there. */
export const ABSENT: JsonObject = { exists: false };

/** Composes a branch for callers of one type. */
export function branch(
  kind: CallerAtom['kind'],
  type: string,
  userIdentity: JsonObject,
  others: JsonObject = {},
): TypedBranch {
  return { kind, type, detail: { userIdentity: { type: [type], ...userIdentity }, ...others } };
}

/** The test that none of the texts fits. */
export function refuse(texts: readonly string[]): readonly JsonObject[] {
  return [{ 'anything-but': texts }];
}

/** Collects values under keys, in the order of first appearance. */
export function groupBy<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const known = groups.get(key(item));
    if (known === undefined) groups.set(key(item), [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

/** The test that none of the values fits; `undefined` where there is none. It takes a wildcard where kinds are mixed too. */
export function refuseValues(values: readonly FieldValue[]): JsonObject | undefined {
  const prefixes = [...new Set(values.flatMap(({ kind, text }) => (kind === 'prefix' ? [text] : [])))];
  const stems = prefixes.filter(
    (text) => !prefixes.some((other) => other !== text && text.startsWith(other)),
  );
  const texts = values.flatMap(({ kind, text }) =>
    kind === 'exact' && !stems.some((stem) => text.startsWith(stem)) ? [text] : [],
  );
  const wild = values.flatMap(({ kind, text }) => (kind === 'wildcard' ? [text] : []));
  if (stems.length === 0 && wild.length === 0)
    return texts.length === 0 ? undefined : { 'anything-but': [...new Set(texts)] };
  if (texts.length === 0 && wild.length === 0) return { 'anything-but': { prefix: stems } };
  // Two tests of one field can not both be asked for: of a path that a pattern has twice, only the last one counts.
  const wildcard = [...new Set([...texts, ...stems.map((stem) => `${stem}*`), ...wild])];
  return { 'anything-but': { wildcard } };
}
