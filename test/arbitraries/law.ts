import { type InvokerEntry, isLive } from '../../core/allowlist/allowlist.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { type Attempt, judgeListing, NOW } from './policy-world.ts';
import { isAllowed } from './reference-engine.ts';

/**
 * Holds one request against the law: allowed after = allowed before AND listed. Answers what is broken, or null.
 * A caller that may be listed (its source key is absent) must not be shut out unless its service always sends the key.
 */
export function breaksLaw(
  before: PolicyDocument | null,
  after: PolicyDocument | null,
  entries: readonly InvokerEntry[],
  one: Attempt,
): string | null {
  const was = isAllowed(before, one.request);
  const is = isAllowed(after, one.request);
  const planned = entries.filter((entry) => isLive(entry, NOW));
  const listing = judgeListing(planned, one.caller, one.atMs);
  if (is && !was) return 'somebody gained access';
  if (was && !is && listing === 'listed') return 'a listed caller was shut out';
  if (is && listing === 'unlisted' && one.keys === 'named')
    return 'a caller that is not listed still gets in';
  if (was && !is && listing === 'unsure' && isOfUnknownService(one))
    return 'a caller that may be listed was shut out';
  return null;
}

function isOfUnknownService({ caller }: Attempt): boolean {
  return caller.kind === 'service' && caller.service === 'made-up.amazonaws.com';
}
