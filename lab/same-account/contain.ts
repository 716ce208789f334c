import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { readAllowlist } from '../../config/allowlist-file.ts';
import { REMEDIATOR_NAME } from '../../core/guard.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { readFunctionPolicy } from '../calls.ts';
import { type CastUser, DEMO_ALLOWLIST } from '../cast.ts';
import { composeInvocationEvent } from '../invocation-record.ts';
import type { Stage } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { showPolicyDifference } from '../policy-difference.ts';
import { runProgram } from '../program.ts';
import { StepFailure } from '../step-failure.ts';

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
  await runRemediator(stage, envelope);
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

/** Runs the bundle that the first act deploys, with the variables that its function has in this engine. */
async function runRemediator(stage: Stage, envelope: unknown): Promise<void> {
  const reading = readAllowlist(DEMO_ALLOWLIST, 'invokeguard.yaml');
  if (reading.kind === 'invalid')
    throw new StepFailure('a valid allowlist', JSON.stringify(reading.problems));
  const bundleFolder = join(stage.folder, 'remediator');
  await cp(join(stage.checkout, 'dist/functions/remediate'), bundleFolder, { recursive: true });
  await writeFile(join(bundleFolder, 'allowlist.json'), JSON.stringify(reading.allowlist));
  const message = {
    messageId: 'demo',
    body: JSON.stringify(envelope),
    attributes: { ApproximateReceiveCount: '1' },
  };
  const eventPath = join(stage.folder, 'message.json');
  await writeFile(eventPath, JSON.stringify({ Records: [message] }));
  const deployed = await stage.root.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: REMEDIATOR_NAME }),
  );
  await runProgram({
    title: 'the Lambda bundle',
    args: [join(stage.checkout, 'lab/run-function.mjs'), bundleFolder, eventPath],
    cwd: bundleFolder,
    env: {
      ...stage.childEnvironment,
      ...deployed.Environment?.Variables,
      AWS_LAMBDA_FUNCTION_NAME: REMEDIATOR_NAME,
    },
    logPath: join(stage.folder, 'second-act-remediator.log'),
  });
}
