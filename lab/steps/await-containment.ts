import type { PolicyDocument } from '../../core/policy/document.ts';
import { readFunctionPolicy } from '../calls.ts';
import { CONTRACTOR_SID, PLANTED_SID } from '../cast.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { listSids, showPolicyDifference } from '../policy-difference.ts';
import { pollUntil } from '../step-failure.ts';

/** Waits until the deployed function has taken the unlisted grants out, and shows what it did to the policy. */
export async function awaitContainment(
  lab: Lab,
  before: PolicyDocument,
  narrator: Narrator,
): Promise<PolicyDocument> {
  const startMs = performance.now();
  const after = await pollUntil(
    `the statements \`${PLANTED_SID}\` and \`${CONTRACTOR_SID}\` to leave the function's policy`,
    () => readFunctionPolicy(lab),
    (policy) => !listSids(policy).some((sid) => sid === PLANTED_SID || sid === CONTRACTOR_SID),
  );
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  narrator.tell(
    'REAL',
    `the deployed Lambda bundle rewrote the policy, ${seconds} s after the event (- removed, + added):`,
  );
  narrator.show(showPolicyDifference(before, after));
  return after;
}
