import { Duration, Stack } from 'aws-cdk-lib';
import type { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allowEventBridge } from './key-grants.ts';

/** The queue between EventBridge and the remediation function, and where its failures end. */
export interface RemediationQueues {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
}

/** How long one run of the remediation function may take. */
export const REMEDIATION_TIMEOUT = Duration.seconds(60);

/** Deliveries before a message is given up; AWS recommends at least five with a Lambda function behind the queue. */
const MAX_RECEIVE_COUNT = 5;

/**
 * Makes the queue and its dead-letter queue: encrypted, TLS only.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function createRemediationQueues(
  scope: Construct,
  encryptionKey: IKey | undefined,
): RemediationQueues {
  if (encryptionKey !== undefined) allowEventBridge(encryptionKey);
  const common: QueueProps = {
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...(encryptionKey === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
  };
  const deadLetterQueue = new Queue(scope, 'DeadLetters', common);
  const queue = new Queue(scope, 'Queue', {
    ...common,
    // Six times the function's timeout, so that a throttled batch is not delivered twice at once.
    visibilityTimeout: Duration.seconds(REMEDIATION_TIMEOUT.toSeconds() * 6),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
  });
  return { queue, deadLetterQueue };
}

/**
 * Sends what a rule matches to the queue, and what EventBridge cannot deliver to the dead letters. The queues' policies
 * name the one rule; CDK's own target leaves that out for queues with a customer's key.
 */
export function routeToQueue(rule: Rule, { queue, deadLetterQueue }: RemediationQueues): void {
  for (const target of [queue, deadLetterQueue]) {
    target.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EventBridgeSends',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [target.queueArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': rule.ruleArn },
          StringEquals: { 'aws:SourceAccount': Stack.of(rule).account },
        },
      }),
    );
  }
  rule.addTarget({
    bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: deadLetterQueue.queueArn } }),
  });
}
