import { Duration, Stack } from 'aws-cdk-lib';
import type { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allowEventBridge } from './key-grants.ts';

/** What the guard's functions read from, and where their failures end. */
export interface GuardQueues {
  /** Records of calls, for the remediation function. */
  readonly records: Queue;
  /** Jobs for the converging function. */
  readonly convergence: Queue;
  readonly deadLetters: Queue;
}

/** How long one run of the remediation function may take. */
export const REMEDIATION_TIMEOUT = Duration.seconds(60);

/** How long one run of the converging function may take. */
export const CONVERGENCE_TIMEOUT = Duration.minutes(5);

/**
 * Deliveries before a record or a job is given up: twenty minutes for a record, an hour for a job, which for a function
 * with many versions takes several runs. AWS recommends at least five with a Lambda function behind the queue.
 */
const DELIVERIES = 10;

/** What all queues have: encryption, TLS, and as many days as SQS keeps a message. */
export function composeQueueProps(encryptionKey: IKey | undefined): QueueProps {
  return {
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...(encryptionKey === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
  };
}

/**
 * Makes the queues: encrypted, TLS only.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function createGuardQueues(scope: Construct, encryptionKey: IKey | undefined): GuardQueues {
  if (encryptionKey !== undefined) allowEventBridge(encryptionKey);
  const common = composeQueueProps(encryptionKey);
  const deadLetters = new Queue(scope, 'DeadLetters', common);
  const records = new Queue(scope, 'Queue', {
    ...common,
    // Twice the function's timeout, not six times as long: after a fault that passes, an intruder must not have six
    // minutes. What AWS's advice is for, the same message delivered twice at once, the ledger makes harmless.
    visibilityTimeout: Duration.seconds(REMEDIATION_TIMEOUT.toSeconds() * 2),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: DELIVERIES },
  });
  const convergence = new Queue(scope, 'ConvergenceQueue', {
    ...common,
    // One minute more than the function's timeout: a job that ran out of time should go on soon.
    visibilityTimeout: CONVERGENCE_TIMEOUT.plus(Duration.minutes(1)),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: DELIVERIES },
  });
  return { records, convergence, deadLetters };
}

/** Where a rule sends what it matches, and in which words if not in the event's own. */
export interface RuleRoute {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly input?: RuleTargetInput;
}

/**
 * Sends what a rule matches to a queue, and what EventBridge cannot deliver to the dead letters. The queues' policies
 * name the rule; CDK's own target leaves that out for queues with a customer's key.
 */
export function routeToQueue(rule: Rule, { queue, deadLetters, input }: RuleRoute): void {
  for (const target of [queue, deadLetters]) {
    allowRules(target, `${rule.node.id}RuleSends`, { ArnEquals: { 'aws:SourceArn': rule.ruleArn } });
  }
  rule.addTarget({
    bind: () => ({
      arn: queue.queueArn,
      deadLetterConfig: { arn: deadLetters.queueArn },
      ...(input === undefined ? {} : { input }),
    }),
  });
}

/** Lets the rules of this account that fit the condition send to a queue. */
export function allowRules(
  queue: Queue,
  sid: string,
  condition: Readonly<Record<string, Readonly<Record<'aws:SourceArn', string>>>>,
): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid,
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ...condition, StringEquals: { 'aws:SourceAccount': Stack.of(queue).account } },
    }),
  );
}
