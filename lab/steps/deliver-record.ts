import { DescribeRuleCommand, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Cast } from '../cast.ts';
import { type CloudTrailEvent, composeInvocationEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from '../narration.ts';
import { StepFailure } from '../step-failure.ts';
import type { DeployedParts } from './deploy-guard.ts';

/**
 * Puts the record of a call on the guard's queue as EventBridge would, once a deployed rule has matched it. The same call
 * by a listed caller must match none of the rules.
 */
export async function deliverRecord(
  lab: Lab,
  parts: DeployedParts,
  { intruder, operator }: Pick<Cast, 'intruder' | 'operator'>,
  requestId: string,
  narrator: Narrator,
): Promise<CloudTrailEvent> {
  const event = composeInvocationEvent(intruder, requestId, new Date());
  narrator.tell('PLAYED', `CloudTrail's record of the call (event ${event.eventID})`);
  const ruleName = await findMatchingRule(lab, parts, event);
  narrator.tell('EMULATED', `EventBridge says that the deployed rule \`${ruleName}\` matches this event`);
  await requireNoRule(lab, parts, composeInvocationEvent(operator, requestId, new Date()));
  narrator.tell(
    'EMULATED',
    `EventBridge says that none of the ${parts.ruleNames.length} rules on the queue matches the same call by a listed caller: it ends there`,
  );
  await sendEvent(lab, parts, event);
  narrator.tell('PLAYED', "the event was put on the guard's queue, as EventBridge would have done");
  return event;
}

/** Puts an event on the guard's queue. */
export async function sendEvent(lab: Lab, parts: DeployedParts, event: CloudTrailEvent): Promise<void> {
  await lab.root.sqs.send(
    new SendMessageCommand({ QueueUrl: parts.queueUrl, MessageBody: JSON.stringify(event.envelope) }),
  );
}

type DeployedRules = Pick<DeployedParts, 'ruleNames'>;

/** Asks the local EventBridge which deployed rule matches; throws `StepFailure` when none does. */
export async function findMatchingRule(
  lab: Lab,
  parts: DeployedRules,
  event: CloudTrailEvent,
): Promise<string> {
  const ruleName = await askRules(lab, parts, event);
  if (ruleName !== undefined) return ruleName;
  throw new StepFailure('an enabled rule of the deployment to match the event', 'no rule that does');
}

/** Asks the local EventBridge whether any deployed rule matches; throws `StepFailure` when one does. */
export async function requireNoRule(lab: Lab, parts: DeployedRules, event: CloudTrailEvent): Promise<void> {
  const ruleName = await askRules(lab, parts, event);
  if (ruleName === undefined) return;
  throw new StepFailure('no rule to match a call by a listed caller', `a match by \`${ruleName}\``);
}

/** The first enabled rule that matches. */
async function askRules(
  lab: Lab,
  { ruleNames }: DeployedRules,
  event: CloudTrailEvent,
): Promise<string | undefined> {
  for (const ruleName of ruleNames) {
    const rule = await lab.root.events.send(new DescribeRuleCommand({ Name: ruleName }));
    if (rule.State !== 'ENABLED' || rule.EventPattern === undefined) continue;
    const test = await lab.root.events.send(
      new TestEventPatternCommand({ EventPattern: rule.EventPattern, Event: JSON.stringify(event.envelope) }),
    );
    if (test.Result === true) return ruleName;
  }
  return undefined;
}
