import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { connectAs } from '../aws-clients.ts';
import {
  BUCKET_NAME,
  type Cast,
  type CastUser,
  CONTRACTOR_NAME,
  CONTRACTOR_SID,
  composeUserArn,
  FUNCTION_NAME,
  INTRUDER_NAME,
  OPERATOR_NAME,
  OPERATOR_SID,
  PLANTED_SID,
} from '../cast.ts';
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

async function createUser(lab: Lab, name: string): Promise<CastUser> {
  const created = await lab.root.iam.send(new CreateUserCommand({ UserName: name }));
  const issued = await lab.root.iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = issued.AccessKey ?? {};
  const userId = created.User?.UserId;
  if (accessKeyId === undefined || secretAccessKey === undefined || userId === undefined) {
    throw new StepFailure(`access keys for \`${name}\``, 'an answer without them');
  }
  const clients = connectAs(lab.aws, { accessKeyId, secretAccessKey });
  return { userArn: composeUserArn(name), userId, accessKeyId, clients };
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
