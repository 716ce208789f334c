import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { type DeployedGuard, findDeployedGuard } from '../../aws/deployed-guard.ts';
import { SqsConvergenceQueue } from '../../aws/sqs-convergence-queue.ts';
import { nameGuard } from '../../core/guard.ts';
import { composeSdkError } from './sdk-errors.ts';

const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const find = async (): Promise<DeployedGuard> => findDeployedGuard(new LambdaClient({ region: 'eu-west-1' }));
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:alerts';
const VARIABLES = {
  LEDGER_TABLE_NAME: 'ledger',
  ALERT_TOPIC_ARN: TOPIC,
  GUARD_ACCOUNT: '111122223333',
  GUARD_REGION: 'eu-west-1',
};

beforeEach(() => {
  lambda.reset();
  sqs.reset();
});

describe('the deployed guard', () => {
  it('is found by the name of its function, with all that a command needs', async () => {
    lambda
      .on(GetFunctionConfigurationCommand, { FunctionName: 'invokeguard-remediator' })
      .resolves({ Environment: { Variables: VARIABLES } });
    const guard = nameGuard('111122223333', 'eu-west-1');
    expect(await find()).toEqual({
      kind: 'deployed',
      guard,
      ledgerTableName: 'ledger',
      alertTopicArn: TOPIC,
    });
  });

  it('is not there where the function is not', async () => {
    lambda.on(GetFunctionConfigurationCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await find()).toEqual({ kind: 'notDeployed' });
  });

  it.each(Object.keys(VARIABLES))('is told from another function of that name by %s', async (missing) => {
    const Variables = { ...VARIABLES, [missing]: undefined } as unknown as Record<string, string>;
    lambda.on(GetFunctionConfigurationCommand).resolves({ Environment: { Variables } });
    expect(await find()).toEqual({ kind: 'foreign', missing });
  });

  it('ends in a fault that names the right where it may not be asked', async () => {
    lambda.on(GetFunctionConfigurationCommand).rejects(composeSdkError('AccessDeniedException', 403));
    await expect(find()).rejects.toThrow(/lambda:GetFunctionConfiguration/);
  });
});

describe('the convergence queue', () => {
  const queue = new SqsConvergenceQueue(new SQSClient({ region: 'eu-west-1' }), 'https://queue');

  it('takes the job as JSON', async () => {
    sqs.on(SendMessageCommand).resolves({});
    await queue.requestConvergence({ kind: 'all', runID: 'daily' });
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'https://queue',
      MessageBody: '{"kind":"all","runID":"daily"}',
    });
  });

  it('that does not answer means that the delivery is tried again', async () => {
    sqs.on(SendMessageCommand).rejects(composeSdkError('ServiceUnavailable', 503));
    await expect(queue.requestConvergence({ kind: 'all', runID: 'daily' })).rejects.toMatchObject({
      name: 'RetryableError',
    });
  });
});
