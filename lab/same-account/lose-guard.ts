import { RemovePermissionCommand } from '@aws-sdk/client-lambda';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { callDry, expectRefused, readFunctionPolicy } from '../calls.ts';
import { type CastUser, DEMO_ALLOWLIST, FUNCTION_NAME } from '../cast.ts';
import { composeChangeEvent } from '../change-record.ts';
import type { CloudTrailEvent } from '../invocation-record.ts';
import type { Stage } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { listSids, showPolicyDifference } from '../policy-difference.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import type { ChangeAlert, Inbox } from '../steps/open-inbox.ts';
import { runRemediator } from './run-remediator.ts';
import type { Insiders } from './set-stage.ts';

/** What became of guard statements that somebody took away by hand. */
export interface LostGuards {
  readonly observed: PolicyDocument;
  readonly repaired: PolicyDocument;
  readonly observedAlert: ChangeAlert;
  readonly repairedAlert: ChangeAlert;
}

/**
 * Shows that a guard's statement that somebody removes by hand is noticed: only told under an allowlist in mode observe,
 * and written again under one in mode enforce.
 */
export async function loseGuards(
  stage: Stage,
  cast: Insiders,
  inbox: Inbox,
  narrator: Narrator,
): Promise<LostGuards> {
  const guarded = await readFunctionPolicy(stage);
  const guards = listGuards(guarded);
  const [first, second] = guards;
  if (first === undefined || second === undefined) {
    throw new StepFailure('two statements of the guard', guards.join(', '));
  }
  const observing = DEMO_ALLOWLIST.replace('mode: enforce', 'mode: observe');
  const firstEvent = await removeStatement(stage, cast.operator, first, narrator);
  await runRemediator(stage, firstEvent.envelope, observing);
  const observed = await readFunctionPolicy(stage);
  if (listGuards(observed).length !== guards.length - 1) {
    throw new StepFailure('the policy to stay as it is in mode observe', listGuards(observed).join(', '));
  }
  const observedAlert = await takeAlert(inbox);
  narrator.tell('REAL', `the Lambda bundle, with an allowlist in mode observe, tells and changes nothing`);
  narrator.show(observedAlert.subject);

  const secondEvent = await removeStatement(stage, cast.operator, second, narrator);
  await runRemediator(stage, secondEvent.envelope, DEMO_ALLOWLIST);
  const repaired = await readFunctionPolicy(stage);
  if (listGuards(repaired).join() !== guards.join()) {
    throw new StepFailure(`the statements ${guards.join(', ')}`, listGuards(repaired).join(', '));
  }
  const repairedAlert = await takeAlert(inbox);
  narrator.tell('REAL', 'with the allowlist in mode enforce, it wrote both again (- removed, + added):');
  narrator.show(`${repairedAlert.subject}\n${showPolicyDifference(observed, repaired)}`);
  await expectRefused(cast.insider, callDry);
  return { observed, repaired, observedAlert, repairedAlert };
}

function listGuards(policy: PolicyDocument): readonly string[] {
  return listSids(policy).filter((sid) => sid.startsWith('Invokeguard'));
}

async function removeStatement(
  stage: Stage,
  actor: CastUser,
  sid: string,
  narrator: Narrator,
): Promise<CloudTrailEvent> {
  await stage.root.lambda.send(
    new RemovePermissionCommand({ FunctionName: FUNCTION_NAME, StatementId: sid }),
  );
  narrator.tell(
    'PLAYED',
    `somebody removes the guard's statement \`${sid}\` by hand, and CloudTrail records it`,
  );
  const requestParameters = { functionName: FUNCTION_NAME, statementId: sid };
  const change = { eventName: 'RemovePermission20150331v2', requestParameters, responseElements: null };
  return composeChangeEvent(actor, change, new Date());
}

async function takeAlert(inbox: Inbox): Promise<ChangeAlert> {
  const alerts = await pollUntil('an alert of it', inbox.takeChangeAlerts, (found) => found.length > 0);
  const [alert] = alerts;
  if (alert === undefined || alerts.length > 1) throw new StepFailure('one alert', `${alerts.length}`);
  return alert;
}
