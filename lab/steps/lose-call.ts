import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { expectRefused, expectServed, readFunctionPolicy } from '../calls.ts';
import { type Cast, type CastUser, DEVELOPER_NAME, INTRUDER_NAME } from '../cast.ts';
import { composeInvocationEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { listSids } from '../policy-difference.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import { awaitQuiet } from './await-quiet.ts';
import { requireNoRule, sendEvent } from './deliver-record.ts';
import type { DeployedParts } from './deploy-guard.ts';
import { deliverLogFile } from './log-bucket.ts';
import { grantAgain } from './open-door.ts';
import type { Inbox, InvocationAlert } from './open-inbox.ts';

/** The grant whose record never arrives. */
const LOST_SID = 'nobody-was-told';

/**
 * Shows that a call whose record never reaches the rules is found in the log file that CloudTrail delivers to S3, and
 * told once, even if the file comes twice and the live record comes late.
 */
export async function loseCall(
  lab: Lab,
  parts: DeployedParts,
  developer: CastUser,
  cast: Cast,
  inbox: Inbox,
  narrator: Narrator,
): Promise<InvocationAlert> {
  // What the step before asked for would close this door too.
  await awaitQuiet(lab, parts);
  for (const Name of parts.ruleNames) await lab.root.events.send(new DisableRuleCommand({ Name }));
  await grantAgain(developer, cast, LOST_SID);
  const { requestId } = await expectServed(cast.intruder);
  const event = composeInvocationEvent(cast.intruder, requestId, new Date());
  await requireNoRule(lab, parts, event);
  narrator.tell(
    'EMULATED',
    `the guard's ${parts.ruleNames.length} rules are disabled, \`${DEVELOPER_NAME}\` grants \`${INTRUDER_NAME}\` the call, and it gets in: no rule matches`,
  );
  await deliverLogFile(lab, [event]);
  narrator.tell(
    'PLAYED',
    'the log file that CloudTrail would have delivered to S3, with the record of the call',
  );
  await pollUntil(
    `the statement \`${LOST_SID}\` to leave the function's policy`,
    () => readFunctionPolicy(lab),
    (policy) => !listSids(policy).includes(LOST_SID),
  );
  narrator.tell('REAL', 'the deployed sweeper read the file, found the call and closed the door');
  await expectRefused(cast.intruder);
  const [alert] = await pollUntil('an alert of the call', inbox.takeAlerts, (found) => found.length > 0);
  if (alert === undefined) throw new StepFailure('an alert', 'none');
  narrator.tell('EMULATED', `\`${INTRUDER_NAME}\` is refused, and SNS delivered the alert: ${alert.subject}`);
  await deliverLogFile(lab, [event]);
  await sendEvent(lab, parts, event);
  narrator.tell('PLAYED', 'the same record in a second log file, and late from EventBridge after all');
  await awaitQuiet(lab, parts);
  const more = await inbox.takeAlerts();
  if (more.length > 0) throw new StepFailure('no second alert', `${more[0]?.subject}`);
  narrator.tell('REAL', 'both functions ran, knew the event and told nobody again');
  for (const Name of parts.ruleNames) await lab.root.events.send(new EnableRuleCommand({ Name }));
  narrator.tell('PLAYED', 'somebody enabled the rules again');
  return alert;
}
