import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { composeQueueProps } from './guard-queues.ts';
import { allowBuckets } from './key-grants.ts';

/** Where what S3 tells of new log files waits for the sweep, and where its failures end. */
export interface LogQueue {
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

/** How long one run of the sweeping function may take: what Lambda allows. A file of CloudTrail's takes seconds. */
export const SWEEP_TIMEOUT = Duration.minutes(15);

/** Deliveries before a file is given up, after nearly three hours. */
const DELIVERIES = 10;

/** CloudTrail's log files, and those of other services that write to the same bucket. */
export const LOG_FOLDER = 'AWSLogs/';

/** Makes the queue of log files and its dead letters: encrypted, TLS only. */
export function createLogQueue(scope: Construct, id: string, encryptionKey: IKey | undefined): LogQueue {
  const common = composeQueueProps(encryptionKey);
  const deadLetters = new Queue(scope, `${id}DeadLetters`, common);
  const queue = new Queue(scope, id, {
    ...common,
    // A minute more than a run: a file that ran out of time, or met the live path at work, goes on soon after.
    visibilityTimeout: SWEEP_TIMEOUT.plus(Duration.minutes(1)),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: DELIVERIES },
  });
  return { queue, deadLetters };
}

/**
 * Has a trail's bucket, of the same stack, tell the queue of each log file: S3 itself, so that the sweep does not depend
 * on EventBridge, whose losses it is to find.
 *
 * S3 tries the queue while the bucket is made, so the queue's policy comes first and cannot refer to the bucket. It names
 * it by what CloudFormation makes a bucket's name begin with. Whatever else in this account fits that name, the sweep
 * reads the one bucket only.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 */
export function notifyQueue(bucket: Bucket, { queue }: LogQueue, encryptionKey: IKey | undefined): void {
  const { account, stackName, partition } = Stack.of(bucket);
  const result = queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'BucketSends',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::${stackName.toLowerCase()}-*` },
      },
    }),
  );
  if (encryptionKey !== undefined) allowBuckets(encryptionKey);
  const resource = bucket.node.defaultChild as CfnBucket;
  resource.notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
    queueConfigurations: [
      {
        event: 's3:ObjectCreated:*',
        queue: queue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: LOG_FOLDER }] } },
      },
    ],
  };
  if (result.policyDependable !== undefined) resource.node.addDependency(result.policyDependable);
}
