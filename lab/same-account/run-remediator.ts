import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { readAllowlist } from '../../config/allowlist-file.ts';
import { REMEDIATOR_NAME } from '../../core/guard.ts';
import type { Stage } from '../lab.ts';
import { runProgram } from '../program.ts';
import { StepFailure } from '../step-failure.ts';

/**
 * Runs the bundle that the first act deploys with one record, under an allowlist, with the variables that its function
 * has in this engine.
 */
export async function runRemediator(stage: Stage, envelope: unknown, allowlistText: string): Promise<void> {
  const reading = readAllowlist(allowlistText, 'invokeguard.yaml');
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
