import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { allowLogGroups } from './key-grants.ts';

/** A log group that a trail delivers to, and the role with which CloudTrail writes there. */
export interface TrailLogGroup {
  readonly logGroup: LogGroup;
  readonly role: Role;
}

/**
 * Makes a log group for a trail and a role that may write this account's streams of it, nothing else.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
 */
export function createTrailLogGroup(
  scope: Construct,
  id: string,
  encryptionKey: IKey | undefined,
): TrailLogGroup {
  const stack = Stack.of(scope);
  if (encryptionKey !== undefined) allowLogGroups(encryptionKey, stack);
  const logGroup = new LogGroup(scope, id, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
  const streams = stack.formatArn({
    service: 'logs',
    resource: `log-group:${logGroup.logGroupName}:log-stream:${stack.account}_CloudTrail_*`,
  });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('cloudtrail.amazonaws.com'),
    inlinePolicies: {
      WriteLogs: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [streams],
          }),
        ],
      }),
    },
  });
  return { logGroup, role };
}

/** Makes a TLS-only topic that CloudTrail tells of each log file it delivers. */
export function createDeliveryTopic(scope: Construct, id: string, encryptionKey: IKey | undefined): Topic {
  return new Topic(scope, id, {
    enforceSSL: true,
    ...(encryptionKey === undefined ? {} : { masterKey: encryptionKey }),
  });
}

/** Lets one trail publish to a topic; the policy of an imported topic cannot be changed from here. */
export function allowTrailToPublish(topic: ITopic, trailArn: string): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CloudTrailPublishes',
      principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
    }),
  );
}
