import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  DeleteResourcePolicyCommand,
  InvokeCommand,
  LambdaClient,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AccessRequest, RequestPrincipal } from '../../core/evaluator/request.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { FAKECLOUD_ACCOUNT, FAKECLOUD_KEYS } from '../local-aws/fakecloud.ts';

/** A caller that exists in the other engine, with keys of its own. */
export interface EngineCaller {
  readonly principal: RequestPrincipal;
  readonly identity: AccessRequest['identity'];
  readonly client: LambdaClient;
}

export const ACCOUNT = FAKECLOUD_ACCOUNT;
export const FUNCTION_ARN = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:thumbnailer`;
const ANY_FUNCTION = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }],
});
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
});
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly maxAttempts: number;
}

function describeAccess(endpoint: string, credentials: Access['credentials'] = FAKECLOUD_KEYS): Access {
  return { endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 };
}

/** Connects as the root user, whom the other engine never refuses. */
export function connectRoot(endpoint: string): LambdaClient {
  return new LambdaClient(describeAccess(endpoint));
}

/** Creates the function and its four callers: a user and a role's session, each with and without an identity policy. */
export async function populateEngine(endpoint: string): Promise<readonly EngineCaller[]> {
  const iam = new IAMClient(describeAccess(endpoint));
  const sts = new STSClient(describeAccess(endpoint));
  await connectRoot(endpoint).send(
    new CreateFunctionCommand({
      FunctionName: 'thumbnailer',
      Role: `arn:aws:iam::${ACCOUNT}:role/none`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: EMPTY_ZIP },
    }),
  );
  const policy = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'invoke', PolicyDocument: ANY_FUNCTION }),
  );
  const callers: EngineCaller[] = [];
  for (const [name, identity] of [
    ['listed', 'allows'],
    ['plain', 'silent'],
  ] as const) {
    await iam.send(new CreateUserCommand({ UserName: name }));
    if (identity === 'allows') {
      await iam.send(
        new PutUserPolicyCommand({ UserName: name, PolicyName: 'invoke', PolicyDocument: ANY_FUNCTION }),
      );
    }
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const userKeys = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    callers.push({
      principal: { kind: 'user', userArn: `arn:aws:iam::${ACCOUNT}:user/${name}`, account: ACCOUNT },
      identity,
      client: new LambdaClient(describeAccess(endpoint, userKeys)),
    });
    const roleName = `${name}-role`;
    await iam.send(new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: TRUST }));
    if (identity === 'allows') {
      await iam.send(
        new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn: policy.Policy?.Arn ?? '' }),
      );
    }
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/${roleName}`;
    const { Credentials: session } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'run-1' }),
    );
    const sessionKeys = {
      accessKeyId: session?.AccessKeyId ?? '',
      secretAccessKey: session?.SecretAccessKey ?? '',
      sessionToken: session?.SessionToken ?? '',
    };
    callers.push({
      principal: {
        kind: 'role',
        roleArn,
        sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/run-1`,
        account: ACCOUNT,
      },
      identity,
      client: new LambdaClient(describeAccess(endpoint, sessionKeys)),
    });
  }
  iam.destroy();
  sts.destroy();
  return callers;
}

/** Puts a policy in place; no statement means no policy. Answers why the engine refused it, or nothing. */
export async function placePolicy(root: LambdaClient, policy: PolicyDocument): Promise<string | undefined> {
  await root.send(new DeleteResourcePolicyCommand({ ResourceArn: FUNCTION_ARN })).catch(() => undefined);
  if (policy.Statement.length === 0) return undefined;
  try {
    await root.send(
      new PutResourcePolicyCommand({ ResourceArn: FUNCTION_ARN, Policy: JSON.stringify(policy) }),
    );
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Asks the other engine whether a caller gets in; nothing runs. */
export async function askEngine(caller: EngineCaller): Promise<'in' | 'out'> {
  try {
    await caller.client.send(new InvokeCommand({ FunctionName: 'thumbnailer', InvocationType: 'DryRun' }));
    return 'in';
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('AccessDenied')) return 'out';
    throw error;
  }
}
