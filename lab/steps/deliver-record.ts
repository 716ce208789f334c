import { DescribeRuleCommand, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { CastUser } from '../cast.ts';
import { composeInvocationEvent, type InvocationEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { StepFailure } from '../step-failure.ts';
import type { DeployedParts } from './deploy-guard.ts';

/** Puts the record of a call on the guard's queue as EventBridge would, once a deployed rule has matched it. */
export async function deliverRecord(
  lab: Lab,
  parts: DeployedParts,
  caller: CastUser,
  requestId: string,
  narrator: Narrator,
): Promise<InvocationEvent> {
  const event = composeInvocationEvent(caller, requestId, new Date());
  narrator.tell('PLAYED', `CloudTrail's record of the call (event ${event.eventID})`);
  const ruleName = await findMatchingRule(lab, parts, event);
  narrator.tell('EMULATED', `EventBridge says that the deployed rule \`${ruleName}\` matches this event`);
  await sendEvent(lab, parts, event);
  narrator.tell('PLAYED', "the event was put on the guard's queue, as EventBridge would have done");
  return event;
}

/** Puts an event on the guard's queue. */
export async function sendEvent(lab: Lab, parts: DeployedParts, event: InvocationEvent): Promise<void> {
  await lab.root.sqs.send(
    new SendMessageCommand({ QueueUrl: parts.queueUrl, MessageBody: JSON.stringify(event.envelope) }),
  );
}

/** Asks the local EventBridge which deployed rule matches; throws `StepFailure` when none does. */
export async function findMatchingRule(
  lab: Lab,
  parts: Pick<DeployedParts, 'ruleNames'>,
  event: InvocationEvent,
): Promise<string> {
  for (const ruleName of parts.ruleNames) {
    const rule = await lab.root.events.send(new DescribeRuleCommand({ Name: ruleName }));
    if (rule.State !== 'ENABLED' || rule.EventPattern === undefined) continue;
    const test = await lab.root.events.send(
      new TestEventPatternCommand({ EventPattern: rule.EventPattern, Event: JSON.stringify(event.envelope) }),
    );
    if (test.Result === true) return ruleName;
  }
  throw new StepFailure('an enabled rule of the deployment to match the event', 'no rule that does');
}
