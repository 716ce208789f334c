import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/** What every function of the guard works with. */
export interface UsedParts {
  readonly ledger: Table;
  readonly alertTopic: ITopic;
  readonly logGroup: ILogGroup;
  readonly encryptionKey: IKey | undefined;
}

/**
 * What a caller of DynamoDB needs for a table under a customer key; queue and topic need two of these.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const USE_KEY = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The queues of a function that a queue feeds. */
export interface UsedQueues {
  /** The queue that feeds the function. */
  readonly queue: IQueue;
  readonly convergenceQueue: IQueue;
}

/** Gives a function's role exactly the actions that it uses on its queues. */
export function grantQueues(role: Role, { queue, convergenceQueue }: UsedQueues): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      resources: [queue.queueArn],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [convergenceQueue.queueArn] }),
  );
}

/** Gives a function's role exactly the actions that it uses on the ledger, the topic, its log, and their key. */
export function grantParts(role: Role, parts: UsedParts): void {
  const { ledger, alertTopic, logGroup, encryptionKey } = parts;
  // A transaction needs the rights of its items; there is no action of its own for it.
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: [ledger.tableArn],
    }),
  );
  role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [alertTopic.topicArn] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  if (encryptionKey !== undefined) encryptionKey.grant(role, ...USE_KEY);
}
