import { Stack } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

// Each of these adds to the policy of a key made in the same app. The policy of an imported key cannot be changed from
// here; docs/deploying.md lists what it must hold. In a key policy the resource `*` stands for the key itself.

function allowService(
  key: IKey,
  sid: string,
  service: string,
  actions: string[],
  conditions: Conditions,
): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid,
      principals: [new ServicePrincipal(service)],
      actions,
      resources: ['*'],
      ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
    }),
  );
}

/**
 * Lets one trail encrypt its log files (and publish to a topic that this key encrypts).
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
 */
export function allowTrail(key: IKey, trailArn: string): void {
  const conditions = { StringEquals: { 'aws:SourceArn': trailArn } };
  const actions = ['kms:GenerateDataKey*', 'kms:Decrypt', 'kms:DescribeKey'];
  allowService(key, 'CloudTrailEncrypts', 'cloudtrail.amazonaws.com', actions, conditions);
}

/**
 * Lets CloudWatch Logs use the key for log groups of the stack's account and Region.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowLogGroups(key: IKey, stack: Stack): void {
  const logGroups = stack.formatArn({ service: 'logs', resource: 'log-group:*' });
  allowService(
    key,
    'LogGroupsEncrypt',
    `logs.${stack.region}.${stack.urlSuffix}`,
    ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
  );
}

/**
 * Lets EventBridge put events on queues that the key encrypts, and messages of the watch on the alert topic. No condition:
 * on the way to an encrypted topic EventBridge names neither account nor rule, and would fail without a word. The policies of
 * queues and topic say who may send there.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function allowEventBridge(key: IKey): void {
  allowService(
    key,
    'EventBridgeEncrypts',
    'events.amazonaws.com',
    ['kms:GenerateDataKey*', 'kms:Decrypt'],
    {},
  );
}

/**
 * Lets S3 tell of objects in buckets of this account to queues that the key encrypts.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 */
export function allowBuckets(key: IKey): void {
  allowService(key, 'BucketsEncrypt', 's3.amazonaws.com', ['kms:GenerateDataKey', 'kms:Decrypt'], {
    StringEquals: { 'aws:SourceAccount': Stack.of(key).account },
  });
}

/**
 * Lets CloudWatch alarms publish to a topic that the key encrypts. No condition: AWS documents none for this use; the
 * topic's own policy names the account.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function allowAlarms(key: IKey): void {
  allowService(key, 'AlarmsEncrypt', 'cloudwatch.amazonaws.com', ['kms:GenerateDataKey*', 'kms:Decrypt'], {});
}
