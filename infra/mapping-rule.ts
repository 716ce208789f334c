import { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { type GuardQueues, routeToQueue } from './guard-queues.ts';

/**
 * Makes the rule for event source mappings that are made, changed or deleted: from these management events the guard
 * learns which queue or stream a mapping polls, before a call of it has to be judged. They reach EventBridge only where
 * a trail logs write management events. Requests that failed teach nothing and stay out.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function createMappingRule(scope: Construct, { records, deadLetters }: GuardQueues): void {
  const rule = new Rule(scope, 'Mappings', {
    description: 'Event source mappings that are made, changed or deleted, for Invokeguard',
    eventPattern: {
      source: ['aws.lambda'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['lambda.amazonaws.com'],
        eventName: ['Create', 'Update', 'Delete'].map((verb) => ({ prefix: `${verb}EventSourceMapping` })),
        errorCode: [{ exists: false }],
      },
    },
  });
  routeToQueue(rule, { queue: records, deadLetters });
}
