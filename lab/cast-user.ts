import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { connectAs } from './aws-clients.ts';
import { type CastUser, composeUserArn } from './cast.ts';
import type { Stage } from './lab.ts';
import { StepFailure } from './step-failure.ts';

/** Creates an IAM user without any rights, and access keys for it. */
export async function createUser(stage: Pick<Stage, 'aws' | 'root'>, name: string): Promise<CastUser> {
  const created = await stage.root.iam.send(new CreateUserCommand({ UserName: name }));
  const issued = await stage.root.iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = issued.AccessKey ?? {};
  const userId = created.User?.UserId;
  if (accessKeyId === undefined || secretAccessKey === undefined || userId === undefined) {
    throw new StepFailure(`access keys for \`${name}\``, 'an answer without them');
  }
  const clients = connectAs(stage.aws, { accessKeyId, secretAccessKey });
  return { userArn: composeUserArn(name), userId, accessKeyId, clients };
}
