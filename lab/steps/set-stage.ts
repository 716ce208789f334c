import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import {
  BUCKET_NAME,
  type Cast,
  type CastUser,
  CONTRACTOR_NAME,
  CONTRACTOR_SID,
  FUNCTION_NAME,
  INTRUDER_NAME,
  OPERATOR_NAME,
  OPERATOR_SID,
  PLANTED_SID,
} from '../cast.ts';
import { createUser } from '../cast-user.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';

const STACK_NAME = 'thumbnails';

/** Creates the guarded function with its listed bucket, a listed user, and grants for two users that nobody listed. */
export async function setStage(lab: Lab, narrator: Narrator): Promise<Cast> {
  await createThumbnailer(lab);
  narrator.tell(
    'EMULATED',
    `CloudFormation created \`${FUNCTION_NAME}\` and the bucket \`${BUCKET_NAME}\` that triggers it`,
  );
  const operator = await createUser(lab, OPERATOR_NAME);
  const intruder = await createUser(lab, INTRUDER_NAME);
  const contractor = await createUser(lab, CONTRACTOR_NAME);
  narrator.tell(
    'EMULATED',
    `IAM created the users \`${OPERATOR_NAME}\` (listed), \`${INTRUDER_NAME}\` and \`${CONTRACTOR_NAME}\` (not listed)`,
  );
  await grantInvoke(lab, OPERATOR_SID, operator);
  await grantInvoke(lab, PLANTED_SID, intruder);
  await grantInvoke(lab, CONTRACTOR_SID, contractor);
  narrator.tell(
    'PLAYED',
    "somebody granted all three the call in the function's policy; their own IAM policies allow nothing",
  );
  return { intruder, contractor, operator };
}

async function createThumbnailer(lab: Lab): Promise<void> {
  const template = await readFile(join(lab.checkout, 'lab/thumbnailer.template.json'), 'utf8');
  await lab.root.cloudformation.send(
    new CreateStackCommand({
      StackName: STACK_NAME,
      TemplateBody: template,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const status = await pollUntil(
    `the stack \`${STACK_NAME}\` to be created`,
    () => readStackStatus(lab),
    (answer) => !answer.endsWith('_IN_PROGRESS'),
  );
  if (status !== 'CREATE_COMPLETE') throw new StepFailure('CREATE_COMPLETE', status);
}

async function readStackStatus(lab: Lab): Promise<string> {
  const answer = await lab.root.cloudformation.send(new DescribeStacksCommand({ StackName: STACK_NAME }));
  return answer.Stacks?.[0]?.StackStatus ?? 'no such stack';
}

async function grantInvoke(lab: Lab, sid: string, user: CastUser): Promise<void> {
  await lab.root.lambda.send(
    new AddPermissionCommand({
      FunctionName: FUNCTION_NAME,
      StatementId: sid,
      Action: 'lambda:InvokeFunction',
      Principal: user.userArn,
    }),
  );
}
