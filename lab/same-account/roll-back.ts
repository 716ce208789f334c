import { isDeepStrictEqual } from 'node:util';
import { DeleteUserPolicyCommand } from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { callDry, expectRefused, expectServed, readFunctionPolicy } from '../calls.ts';
import { FUNCTION_ARN, INSIDER_NAME } from '../cast.ts';
import { runRollback } from '../invokeguard-command.ts';
import type { Stage } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { StepFailure } from '../step-failure.ts';
import { IDENTITY_POLICY_NAME, type Insiders } from './set-stage.ts';

/** Runs `invokeguard rollback` for the snapshot that the alert names, and shows why the caller gets in again. */
export async function rollBack(
  stage: Stage,
  cast: Insiders,
  before: PolicyDocument,
  digest: string,
  narrator: Narrator,
): Promise<PolicyDocument> {
  await runRollback(stage, ['--function', FUNCTION_ARN, '--digest', digest, '--yes'], narrator);
  const restored = await readFunctionPolicy(stage);
  if (!isDeepStrictEqual(restored.Statement, before.Statement)) {
    throw new StepFailure(JSON.stringify(before.Statement), JSON.stringify(restored.Statement));
  }
  await expectServed(cast.insider, callDry);
  narrator.tell(
    'EMULATED',
    `the function's policy is as it was, and fakecloud lets \`${INSIDER_NAME}\` in again`,
  );
  await stage.root.iam.send(
    new DeleteUserPolicyCommand({ UserName: INSIDER_NAME, PolicyName: IDENTITY_POLICY_NAME }),
  );
  narrator.tell('PLAYED', `somebody took the IAM policy of \`${INSIDER_NAME}\` away`);
  await expectRefused(cast.insider, callDry);
  narrator.tell(
    'EMULATED',
    `fakecloud refuses \`${INSIDER_NAME}\`: nothing but that IAM policy had let it in`,
  );
  return restored;
}
