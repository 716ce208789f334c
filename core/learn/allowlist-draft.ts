import type { Allowlist } from '../allowlist/allowlist.ts';
import { findFunctionEntry } from '../allowlist/function-match.ts';
import type { FunctionSightings } from './call-tally.ts';
import { draftFunction, type FunctionDraft } from './entry-draft.ts';

/** Where a function's draft goes: an entry of its own, or the list of an entry that is there (`/functions/INDEX`). */
export type DraftPlace =
  | { readonly kind: 'new' }
  | { readonly kind: 'listed'; readonly index: number; readonly glob: string | null };

/** A draft and its place. */
export interface PlacedDraft {
  readonly draft: FunctionDraft;
  readonly place: DraftPlace;
}

/**
 * Drafts entries for every function that was seen, beside those of an allowlist that is there.
 * @param readMappingSource the source of an event source mapping, where it is known.
 */
export function draftEntries(
  sightings: readonly FunctionSightings[],
  allowlist: Allowlist,
  readMappingSource: (mappingArn: string) => string | undefined,
): readonly PlacedDraft[] {
  return sightings.map((seen) => ({
    draft: draftFunction(seen, readMappingSource),
    place: placeDraft(seen.functionArn, allowlist),
  }));
}

function placeDraft(functionArn: string, allowlist: Allowlist): DraftPlace {
  const guarded = findFunctionEntry(allowlist, functionArn);
  if (guarded === undefined) return { kind: 'new' };
  const { selector, pointer } = guarded;
  return {
    kind: 'listed',
    index: Number(pointer.slice('/functions/'.length)),
    glob: selector.kind === 'glob' ? selector.glob : null,
  };
}
