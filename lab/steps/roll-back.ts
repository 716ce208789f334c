import type { PolicyDocument } from '../../core/policy/document.ts';
import { expectRefused, expectServed, readFunctionPolicy } from '../calls.ts';
import { type Cast, CONTRACTOR_NAME, FUNCTION_ARN, INTRUDER_NAME, PLANTED_SID } from '../cast.ts';
import { runRollback } from '../invokeguard-command.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { listSids } from '../policy-difference.ts';
import { StepFailure } from '../step-failure.ts';

/** Runs `invokeguard rollback`, and shows that the policy is back but for the grant that let the caller in. */
export async function rollBack(
  lab: Lab,
  cast: Cast,
  before: PolicyDocument,
  narrator: Narrator,
): Promise<PolicyDocument> {
  await runRollback(lab, ['--function', FUNCTION_ARN, '--yes'], narrator);
  const restored = await readFunctionPolicy(lab);
  const expected = listSids(before).filter((sid) => sid !== PLANTED_SID);
  if (listSids(restored).join() !== expected.join()) {
    throw new StepFailure(`the statements ${expected.join(', ')}`, listSids(restored).join(', '));
  }
  await expectServed(cast.contractor);
  await expectRefused(cast.intruder);
  narrator.tell(
    'EMULATED',
    `the policy is as it was, but for \`${PLANTED_SID}\`: \`${CONTRACTOR_NAME}\` is served, \`${INTRUDER_NAME}\` refused`,
  );
  return restored;
}
