import { Annotations, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { composeFunctionArn, scopeFunctions } from './function-scope.ts';

/** What the remediation function works with. */
export interface RemediationParts {
  readonly queue: IQueue;
  readonly ledger: Table;
  readonly alertTopic: ITopic;
  readonly logGroup: ILogGroup;
  readonly encryptionKey: IKey | undefined;
}

const READ_POLICY = [
  'lambda:GetFunctionConfiguration',
  'lambda:GetPolicy',
  'lambda:GetResourcePolicy',
  'lambda:ListAliases',
  'lambda:ListVersionsByFunction',
];

/**
 * PutResourcePolicy needs AddPermission and RemovePermission beside itself, DeleteResourcePolicy needs RemovePermission.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
const WRITE_POLICY = [
  'lambda:AddPermission',
  'lambda:DeleteResourcePolicy',
  'lambda:PutResourcePolicy',
  'lambda:RemovePermission',
];

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

/**
 * Characters of resources in one statement, so that a statement fits into a managed policy (6,144 characters), and
 * statements in all: a role takes 10 managed policies. CDK spreads the statements over as many as it takes.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const STATEMENT_CHARACTERS = 5_000;
const MAX_STATEMENTS = 9;

/** Gives the function's role exactly the actions that it uses, on exactly what it uses them on. */
export function grantRemediation(role: Role, allowlist: Allowlist, parts: RemediationParts): void {
  grantPolicies(role, allowlist);
  const { queue, ledger, alertTopic, logGroup, encryptionKey } = parts;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      resources: [queue.queueArn],
    }),
  );
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

function grantPolicies(role: Role, allowlist: Allowlist): void {
  const stack = Stack.of(role);
  const { enforced, spared } = scopeFunctions(allowlist, stack);
  const actions = [...READ_POLICY, ...WRITE_POLICY];
  const allowed = cutResources(enforced);
  const denied = cutResources(spared);
  const fits = allowed.length + denied.length <= MAX_STATEMENTS;
  if (!fits) {
    Annotations.of(role).addWarningV2(
      'invokeguard:rightsWidened',
      `the guard may change the policies of all functions of its account and Region, because ${enforced.length + spared.length} ` +
        'resource ARNs do not fit into the policies of one role; globs take less room',
    );
  }
  for (const resources of fits ? allowed : [[composeFunctionArn(stack, '*')]]) {
    role.addToPolicy(new PolicyStatement({ actions, resources }));
  }
  for (const resources of fits ? denied : []) {
    role.addToPolicy(new PolicyStatement({ effect: Effect.DENY, actions: WRITE_POLICY, resources }));
  }
}

function cutResources(resources: readonly string[]): string[][] {
  const statements: string[][] = [];
  let room = 0;
  for (const resource of resources) {
    // Quotes and a comma around each in the policy's JSON.
    const size = resource.length + 3;
    if (size > room) {
      statements.push([]);
      room = STATEMENT_CHARACTERS;
    }
    statements.at(-1)?.push(resource);
    room -= size;
  }
  return statements;
}
