import { type InvokerEntry, isLive } from '../../core/allowlist/allowlist.ts';
import type { ContainmentPlan } from '../../core/plan/containment-plan.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { type Attempt, forgetServices, judgeListing, NOW } from './policy-world.ts';
import { isAllowed } from './reference-engine.ts';

/**
 * Holds one request against the law: allowed after = allowed before AND listed. Answers what is broken, or null.
 * A caller that may be listed must not be shut out where a source key is absent that its service need not send, or
 * where a service calls with its credentials, so that nobody knows where the call comes from.
 */
export function breaksLaw(
  before: PolicyDocument | null,
  after: PolicyDocument | null,
  entries: readonly InvokerEntry[],
  one: Attempt,
  reach: 'whole' | 'partly' = 'whole',
): string | null {
  const was = isAllowed(before, one.request);
  const is = isAllowed(after, one.request);
  const planned = entries.filter((entry) => isLive(entry, NOW));
  const listing = judgeListing(planned, one.caller, one.atMs, one.recorded);
  if (is && !was) return 'somebody gained access';
  if (was && !is && listing === 'listed') return 'a listed caller was shut out';
  if (is && reach === 'whole' && isCertainlyUnlisted(planned, one))
    return 'a caller that is not listed still gets in';
  if (was && !is && listing === 'unsure' && mayBeListed(one))
    return 'a caller that may be listed was shut out';
  return null;
}

/** Whether a plan says that its guards for narrowed callers are less than the exact complement. */
export function readReach({ notes }: Pick<ContainmentPlan, 'notes'>): 'whole' | 'partly' {
  return notes.some((note) => note.startsWith('narrowings not wholly enforced')) ? 'partly' : 'whole';
}

/** Whether a policy can know that nobody lists the call: by the caller, the qualifier, and where the call comes from. */
export function isCertainlyUnlisted(entries: readonly InvokerEntry[], one: Attempt): boolean {
  if (one.keys !== 'named') return false;
  const place =
    one.siteKeys === 'there' ? one.recorded : { ...one.recorded, sourceIPAddress: null, vpcEndpointId: null };
  return judgeListing(forgetServices(entries), one.caller, one.atMs, place) === 'unlisted';
}

function mayBeListed({ caller, request }: Attempt): boolean {
  if (caller.kind === 'service') return caller.service === 'made-up.amazonaws.com';
  return request.context.get('aws:viaawsservice')?.[0] === 'true';
}
