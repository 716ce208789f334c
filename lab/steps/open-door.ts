import { PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { describeCaller } from '../../core/caller/description.ts';
import { describeSession } from '../../core/caller/session.ts';
import { expectRefused, readFunctionPolicy } from '../calls.ts';
import {
  type Cast,
  type CastUser,
  DEVELOPER_NAME,
  FUNCTION_ARN,
  FUNCTION_NAME,
  INTRUDER_NAME,
} from '../cast.ts';
import { createUser } from '../cast-user.ts';
import { composeChangeEvent } from '../change-record.ts';
import type { CloudTrailEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { listSids, showPolicyDifference } from '../policy-difference.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import { findMatchingRule, sendEvent } from './deliver-record.ts';
import type { DeployedParts } from './deploy-guard.ts';
import type { ChangeAlert, Inbox } from './open-inbox.ts';

/** The statement by which somebody lets the intruder in again. */
const DOOR_SID = 'just-for-a-test';

const MAY_GRANT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:AddPermission', Resource: FUNCTION_ARN }],
});

/** Creates the user who may change the function's policy. */
export async function hireDeveloper(lab: Lab): Promise<CastUser> {
  const developer = await createUser(lab, DEVELOPER_NAME);
  await lab.root.iam.send(
    new PutUserPolicyCommand({
      UserName: DEVELOPER_NAME,
      PolicyName: 'may-grant',
      PolicyDocument: MAY_GRANT,
    }),
  );
  return developer;
}

/** Grants the intruder the call with the developer's own keys, and answers CloudTrail's record of that. */
export async function grantAgain(
  developer: CastUser,
  { intruder }: Pick<Cast, 'intruder'>,
  sid: string,
): Promise<CloudTrailEvent> {
  const asked = {
    FunctionName: FUNCTION_NAME,
    StatementId: sid,
    Action: 'lambda:InvokeFunction',
    Principal: intruder.userArn,
  };
  const { Statement: statement = '' } = await developer.clients.lambda.send(new AddPermissionCommand(asked));
  const change = {
    eventName: 'AddPermission20150331v2',
    requestParameters: {
      functionName: asked.FunctionName,
      statementId: asked.StatementId,
      action: asked.Action,
      principal: asked.Principal,
    },
    responseElements: { statement },
  };
  return composeChangeEvent(developer, change, new Date());
}

/** Shows that a grant for an unlisted caller is taken out before the first call, and that the alert says who made it. */
export async function openDoor(
  lab: Lab,
  parts: DeployedParts,
  developer: CastUser,
  cast: Cast,
  inbox: Inbox,
  narrator: Narrator,
): Promise<ChangeAlert> {
  const event = await grantAgain(developer, cast, DOOR_SID);
  const opened = await readFunctionPolicy(lab);
  narrator.tell(
    'EMULATED',
    `\`${DEVELOPER_NAME}\` grants \`${INTRUDER_NAME}\` the call again, as \`${DOOR_SID}\`; nobody has called yet`,
  );
  const ruleName = await findMatchingRule(lab, parts, event);
  await sendEvent(lab, parts, event);
  narrator.tell('PLAYED', `CloudTrail's record of the grant; the deployed rule \`${ruleName}\` matches it`);
  const closed = await pollUntil(
    `the statement \`${DOOR_SID}\` to leave the function's policy`,
    () => readFunctionPolicy(lab),
    (policy) => !listSids(policy).includes(DOOR_SID),
  );
  narrator.tell('REAL', 'the deployed Lambda bundle closed the door (- removed, + added):');
  narrator.show(showPolicyDifference(opened, closed));
  await expectRefused(cast.intruder);
  narrator.tell('EMULATED', `\`${INTRUDER_NAME}\` is refused at its first call`);
  const alerts = await pollUntil(
    'an alert of the grant',
    inbox.takeChangeAlerts,
    (found) => found.length > 0,
  );
  const [alert] = alerts;
  if (alert === undefined || alerts.length > 1) throw new StepFailure('one alert', `${alerts.length}`);
  const { reason, actor, session } = alert.event;
  narrator.tell('EMULATED', `SNS delivered the alert: ${alert.subject}`);
  narrator.show(
    `Why:  ${reason}\nWho:  ${describeCaller(actor)}, ${describeSession(session)}, from ${session.sourceIPAddress}`,
  );
  return alert;
}
