import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { readFunctionPolicy } from '../calls.ts';
import { type CastUser, DEMO_ALLOWLIST } from '../cast.ts';
import { composeInvocationEvent } from '../invocation-record.ts';
import type { Stage } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { showPolicyDifference } from '../policy-difference.ts';
import { StepFailure } from '../step-failure.ts';
import { runRemediator } from './run-remediator.ts';

/** Hands the record of the caller's call to the built Lambda bundle, and shows what that did to the policy. */
export async function contain(
  stage: Stage,
  caller: CastUser,
  requestId: string,
  narrator: Narrator,
): Promise<PolicyDocument> {
  const before = await readFunctionPolicy(stage);
  const { eventID, envelope } = composeInvocationEvent(caller, requestId, new Date());
  narrator.tell(
    'PLAYED',
    `CloudTrail's record of such a call (event ${eventID}), as a message of the guard's queue`,
  );
  await runRemediator(stage, envelope, DEMO_ALLOWLIST);
  narrator.tell(
    'PLAYED',
    'the demo ran the Lambda bundle itself, as root: fakecloud runs functions in containers only',
  );
  const after = await readFunctionPolicy(stage);
  if (isDeepStrictEqual(after, before)) {
    throw new StepFailure("the function's policy to change", JSON.stringify(after));
  }
  narrator.tell('REAL', 'the Lambda bundle rewrote the policy with PutResourcePolicy (- removed, + added):');
  narrator.show(showPolicyDifference(before, after));
  return after;
}
