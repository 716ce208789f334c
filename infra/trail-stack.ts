import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AppSettings, ResourceSetting } from './app-settings.ts';
import { findKey } from './encryption-key.ts';
import { InvocationTrail } from './invocation-trail.ts';
import { createLogQueue, type LogQueue, notifyQueue } from './log-queue.ts';
import { createDeliveryTopic } from './trail-delivery.ts';

/**
 * The stack `InvokeguardTrail` of the ready-made app: the trail alone, so that it can be left out, and the queue that its
 * bucket tells of new log files.
 */
export class TrailStack extends Stack {
  readonly trail: InvocationTrail;
  readonly logQueue: LogQueue;

  constructor(scope: Construct, id: string, settings: AppSettings, props: StackProps) {
    super(scope, id, props);
    const { config, heartbeat, managementEvents, cloudWatchLogs } = settings;
    const encryptionKey = findKey(this, settings.encryptionKey);
    const deliveryTopic = this.#findTopic(settings.deliveryTopic, encryptionKey);
    this.trail = new InvocationTrail(this, 'Trail', {
      allowlist: config,
      heartbeat,
      managementEvents,
      cloudWatchLogs,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(deliveryTopic === undefined ? {} : { deliveryTopic }),
    });
    // Below the trail's construct, so that who touches the queue is told as for the trail.
    this.logQueue = createLogQueue(this.trail, 'LogFiles', encryptionKey);
    notifyQueue(this.trail.bucket, this.logQueue, encryptionKey);
    new CfnOutput(this, 'TrailArn', { value: this.trail.trailArn });
    new CfnOutput(this, 'LogBucket', {
      description: 'log files, under AWSLogs/',
      value: this.trail.bucket.bucketName,
    });
    if (deliveryTopic !== undefined) {
      new CfnOutput(this, 'DeliveryTopicArn', { value: deliveryTopic.topicArn });
    }
  }

  #findTopic(setting: ResourceSetting, encryptionKey: ReturnType<typeof findKey>): ITopic | undefined {
    switch (setting.kind) {
      case 'create':
        return createDeliveryTopic(this, 'Delivery', encryptionKey);
      case 'existing':
        return Topic.fromTopicArn(this, 'Delivery', setting.arn);
      case 'none':
        return undefined;
    }
  }
}
