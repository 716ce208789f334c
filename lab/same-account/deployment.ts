import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { REMEDIATOR_NAME } from '../../core/guard.ts';
import type { Stage } from '../lab.ts';
import { createLedgerTable } from '../ledger-table.ts';
import { LAB_ACCOUNT, LAB_REGION } from '../local-aws.ts';
import { StepFailure } from '../step-failure.ts';
import type { DeployedParts } from '../steps/deploy-guard.ts';

const LEDGER_TABLE_NAME = 'ledger';
/** The bytes of a zip archive without files: this engine needs a container engine to run functions, so none runs. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

/**
 * Creates what a deployment leaves behind as far as the guard and its command see it: the ledger, the alert topic, the
 * queue for the other qualifiers, and the function of the fixed name that says where they are. Answers the topic.
 */
export async function standInForDeployment(stage: Stage): Promise<Pick<DeployedParts, 'alertTopicArn'>> {
  const { dynamodb, sns, sqs } = stage.root;
  await createLedgerTable(dynamodb, LEDGER_TABLE_NAME);
  const topic = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const queue = await sqs.send(new CreateQueueCommand({ QueueName: 'convergence' }));
  if (topic.TopicArn === undefined || queue.QueueUrl === undefined) {
    throw new StepFailure('a topic and a queue', 'answers without their names');
  }
  await createFunction(stage, REMEDIATOR_NAME, {
    LEDGER_TABLE_NAME,
    ALERT_TOPIC_ARN: topic.TopicArn,
    CONVERGENCE_QUEUE_URL: queue.QueueUrl,
    GUARD_ACCOUNT: LAB_ACCOUNT,
    GUARD_REGION: LAB_REGION,
    GUARD_NAME: REMEDIATOR_NAME,
    POWERTOOLS_SERVICE_NAME: 'invokeguard',
    POWERTOOLS_METRICS_NAMESPACE: 'Invokeguard',
  });
  return { alertTopicArn: topic.TopicArn };
}

/** Creates a function that is there to be asked about, and not to run. */
export async function createFunction(
  { root }: Pick<Stage, 'root'>,
  name: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  await root.lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: `arn:aws:iam::${LAB_ACCOUNT}:role/${name}`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: EMPTY_ZIP },
      Environment: { Variables: { ...variables } },
    }),
  );
}
