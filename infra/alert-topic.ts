import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { allowAlarms } from './key-grants.ts';

/** Makes the TLS-only topic for alerts. Without a key SNS keeps messages on disks that AWS encrypts. */
export function createAlertTopic(scope: Construct, id: string, encryptionKey: IKey | undefined): Topic {
  if (encryptionKey !== undefined) allowAlarms(encryptionKey);
  return new Topic(scope, id, {
    displayName: 'Invokeguard',
    enforceSSL: true,
    ...(encryptionKey === undefined ? {} : { masterKey: encryptionKey }),
  });
}

/**
 * Lets this account's alarms publish to the topic. Needed as soon as a topic has a policy of its own, which replaces
 * the one that SNS gives by default; an imported topic's policy cannot be changed from here.
 */
export function allowAlarmsToPublish(topic: ITopic): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsPublish',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } },
    }),
  );
}

/** Subscribes the addresses of the allowlist; SNS asks each of them to confirm. */
export function subscribeEmails(topic: ITopic, emails: readonly string[]): void {
  for (const email of new Set(emails)) topic.addSubscription(new EmailSubscription(email));
}
