import { GetUserPolicyCommand } from '@aws-sdk/client-iam';
import { DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import { callDry, expectRefused, expectServed, type Refusal } from '../calls.ts';
import { INSIDER_NAME, OPERATOR_NAME } from '../cast.ts';
import type { Stage } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { StepFailure } from '../step-failure.ts';
import { IDENTITY_POLICY_NAME, type Insiders } from './set-stage.ts';

/** Shows that the unlisted caller is refused although its own policy still allows the call, and the listed one is not. */
export async function beRefused(stage: Stage, cast: Insiders, narrator: Narrator): Promise<Refusal> {
  const refusal = await expectRefused(cast.insider, callDry);
  narrator.tell('EMULATED', `\`${INSIDER_NAME}\` calls again with the same keys: refused by fakecloud`);
  const { message, decision } = await decodeRefusal(stage, refusal);
  narrator.show(`${refusal.code}: ${message}`);
  if (decision['explicitDeny'] !== true) {
    throw new StepFailure('an explicit denial by the policy of the function', JSON.stringify(decision));
  }
  narrator.tell(
    'EMULATED',
    'fakecloud says of this decision, by `sts:DecodeAuthorizationMessage`: explicitDeny true',
  );
  const { PolicyDocument: identityPolicy = '' } = await stage.root.iam.send(
    new GetUserPolicyCommand({ UserName: INSIDER_NAME, PolicyName: IDENTITY_POLICY_NAME }),
  );
  const text = decodeURIComponent(identityPolicy);
  if (!text.includes('"Allow"')) throw new StepFailure(`the policy of \`${INSIDER_NAME}\` to stand`, text);
  narrator.tell('EMULATED', `its own IAM policy still allows the call:`);
  narrator.show(text);
  await expectServed(cast.operator, callDry);
  narrator.tell('EMULATED', `\`${OPERATOR_NAME}\`, who is listed and has the same IAM policy, still gets in`);
  return refusal;
}

/**
 * Splits the words of a refusal from what the engine encodes at their end, and has that decoded.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
 */
async function decodeRefusal(
  { root }: Pick<Stage, 'root'>,
  refusal: Refusal,
): Promise<{ readonly message: string; readonly decision: Readonly<Record<string, unknown>> }> {
  const [message = '', EncodedMessage = ''] = refusal.message.split(
    ' Encoded authorization failure message: ',
  );
  const answer = await root.sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));
  return { message, decision: JSON.parse(answer.DecodedMessage ?? '{}') as Record<string, unknown> };
}
