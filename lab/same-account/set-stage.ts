import { PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { BUCKET_NAME, type CastUser, FUNCTION_NAME, INSIDER_NAME, OPERATOR_NAME } from '../cast.ts';
import { createUser } from '../cast-user.ts';
import type { Stage } from '../lab.ts';
import { LAB_ACCOUNT } from '../local-aws.ts';
import type { Narrator } from '../narration.ts';
import { createFunction } from './deployment.ts';

/** The inline policy of both users. */
export const IDENTITY_POLICY_NAME = 'may-invoke';
const MAY_INVOKE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }],
});

/** Who calls in the second act: both are of the function's account, and both have an identity policy. */
export interface Insiders {
  readonly insider: CastUser;
  readonly operator: CastUser;
}

/** Creates the function, whose policy grants only the listed bucket, and two users whose own policies allow the call. */
export async function setStage(stage: Stage, narrator: Narrator): Promise<Insiders> {
  await createFunction(stage, FUNCTION_NAME);
  await stage.root.lambda.send(
    new AddPermissionCommand({
      FunctionName: FUNCTION_NAME,
      StatementId: 'uploads',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: `arn:aws:s3:::${BUCKET_NAME}`,
      SourceAccount: LAB_ACCOUNT,
    }),
  );
  const operator = await createUser(stage, OPERATOR_NAME);
  const insider = await createUser(stage, INSIDER_NAME);
  narrator.tell(
    'EMULATED',
    `fakecloud created \`${FUNCTION_NAME}\` and the users \`${OPERATOR_NAME}\` (listed) and \`${INSIDER_NAME}\` (not listed)`,
  );
  for (const UserName of [OPERATOR_NAME, INSIDER_NAME]) {
    await stage.root.iam.send(
      new PutUserPolicyCommand({ UserName, PolicyName: IDENTITY_POLICY_NAME, PolicyDocument: MAY_INVOKE }),
    );
  }
  narrator.tell(
    'PLAYED',
    "somebody allowed both the call in their own IAM policies; the function's policy names neither, only the bucket",
  );
  return { insider, operator };
}
