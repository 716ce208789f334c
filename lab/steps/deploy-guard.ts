import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListRuleNamesByTargetCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { REMEDIATOR_NAME } from '../../core/guard.ts';
import { DEMO_ALLOWLIST, LOG_BUCKET_NAME } from '../cast.ts';
import type { Lab } from '../lab.ts';
import { LAB_ACCOUNT, LAB_REGION } from '../local-aws.ts';
import type { Narrator } from '../narration.ts';
import { runProgram } from '../program.ts';
import { StepFailure } from '../step-failure.ts';
import { createLogBucket } from './log-bucket.ts';

/** The parts of the deployed guard that the story touches, as the deployment itself names them. */
export interface DeployedParts {
  readonly ruleNames: readonly string[];
  /** Where EventBridge puts the records. */
  readonly queueUrl: string;
  /** All queues that functions of the guard read. */
  readonly workQueueUrls: readonly string[];
  readonly alertTopicArn: string;
}

/** Bootstraps the account and deploys the guard's stack, both with the CDK CLI and the app as users have them. */
export async function deployGuard(lab: Lab, narrator: Narrator): Promise<DeployedParts> {
  const allowlistPath = join(lab.folder, 'invokeguard.yaml');
  await writeFile(allowlistPath, DEMO_ALLOWLIST);
  await createLogBucket(lab);
  narrator.tell('REAL', 'the allowlist of the demo:');
  narrator.show(DEMO_ALLOWLIST.trimEnd());
  await runCdk(lab, ['bootstrap', `aws://${LAB_ACCOUNT}/${LAB_REGION}`], allowlistPath);
  narrator.tell('REAL', '`cdk bootstrap` with the CDK CLI');
  await runCdk(
    lab,
    ['deploy', ...STACKS, '--exclusively', '--require-approval', 'never', '--method', 'direct'],
    allowlistPath,
  );
  narrator.tell(
    'REAL',
    `\`cdk deploy ${STACKS.join(' ')}\` with the CDK CLI: rules, queues, functions, ledger, alert topics`,
  );
  const parts = await findParts(lab);
  narrator.tell('EMULATED', `CloudFormation, IAM and the services behind them took the template as it is`);
  narrator.tell('PLAYED', 'the trail: the local AWS has no CloudTrail that delivers, so its stack stays out');
  return parts;
}

/** The stacks that hold everything but the trail. */
const STACKS = ['Invokeguard', 'InvokeguardSweep'];

async function runCdk(lab: Lab, args: readonly string[], allowlistPath: string): Promise<void> {
  const context = {
    config: allowlistPath,
    'invokeguard:synthesizer': 'cli',
    trail: 'none',
    logBucket: LOG_BUCKET_NAME,
  };
  await runProgram({
    title: `cdk ${args.join(' ')}`,
    args: [
      join(lab.checkout, 'node_modules/aws-cdk/bin/cdk'),
      ...args,
      ...Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]),
      '--output',
      join(lab.folder, 'cdk.out'),
      '--no-notices',
      '--no-version-reporting',
      '--progress',
      'events',
      '--ci',
    ],
    cwd: lab.checkout,
    env: lab.childEnvironment,
    logPath: join(lab.folder, 'cdk.log'),
  });
}

/** Follows the deployment from the function of the fixed name: its trigger, the rules on that queue, its topic. */
async function findParts(lab: Lab): Promise<DeployedParts> {
  const { lambda, events } = lab.root;
  const found = await lambda.send(new ListEventSourceMappingsCommand({}));
  const mappings = found.EventSourceMappings ?? [];
  const trigger = mappings.find((mapping) => mapping.FunctionArn?.endsWith(`:function:${REMEDIATOR_NAME}`));
  const queueArn = trigger?.EventSourceArn;
  if (queueArn === undefined) throw new StepFailure(`\`${REMEDIATOR_NAME}\` to read a queue`, 'no trigger');
  const rules = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: queueArn }));
  const ruleNames = rules.RuleNames ?? [];
  if (ruleNames.length === 0) throw new StepFailure(`an EventBridge rule on \`${queueArn}\``, 'no rule');
  const remediator = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: REMEDIATOR_NAME }),
  );
  const alertTopicArn = remediator.Environment?.Variables?.['ALERT_TOPIC_ARN'];
  if (alertTopicArn === undefined) throw new StepFailure('an alert topic', 'no `ALERT_TOPIC_ARN`');
  const workQueueArns = mappings.flatMap(({ EventSourceArn: arn }) => (arn?.includes(':sqs:') ? [arn] : []));
  return {
    ruleNames,
    queueUrl: await findQueueUrl(lab, queueArn),
    workQueueUrls: await Promise.all(workQueueArns.map((arn) => findQueueUrl(lab, arn))),
    alertTopicArn,
  };
}

async function findQueueUrl(lab: Lab, queueArn: string): Promise<string> {
  const found = await lab.root.sqs.send(new GetQueueUrlCommand({ QueueName: queueArn.split(':').at(-1) }));
  if (found.QueueUrl === undefined) throw new StepFailure(`the queue \`${queueArn}\``, 'no URL');
  return found.QueueUrl;
}
