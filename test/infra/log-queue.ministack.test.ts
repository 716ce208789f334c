import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Template } from 'aws-cdk-lib/assertions';
import type { SQSRecord } from 'aws-lambda';
import { readLogMessage } from '../../functions/sweep/message.ts';
import { InvocationTrail } from '../../infra/invocation-trail.ts';
import { createLogQueue, notifyQueue } from '../../infra/log-queue.ts';
import { pollUntil } from '../../lab/step-failure.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { makeStack, ONE_FUNCTION, removeFolders } from './stacks.ts';

afterAll(removeFolders);

/** The bucket of a trail and its queue, as CDK writes them. ministack's CloudFormation knows no trails. */
function composeTemplate(): string {
  const stack = makeStack();
  const trail = new InvocationTrail(stack, 'Trail', { allowlist: ONE_FUNCTION });
  const logQueue = createLogQueue(stack, 'LogFiles', undefined);
  notifyQueue(trail.bucket, logQueue, undefined);
  stack.exportValue(trail.bucket.bucketName, { name: 'bucket' });
  stack.exportValue(logQueue.queue.queueUrl, { name: 'queue' });
  const { Resources, Outputs } = Template.fromStack(stack).toJSON();
  const kept = Object.entries(Resources as Readonly<Record<string, { readonly Type: string }>>).filter(
    ([, { Type }]) => Type !== 'AWS::CloudTrail::Trail',
  );
  return JSON.stringify({ Resources: Object.fromEntries(kept), Outputs });
}

describeWithMinistack('the bucket of a trail', (python) => {
  let server: LocalServer;

  beforeAll(async () => {
    server = await startMinistack(python);
  });
  afterAll(() => server.stop());

  it('tells its queue of each log file, in words that the sweep reads, and of nothing else', async () => {
    const client = { endpoint: server.endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS };
    const cloudformation = new CloudFormationClient(client);
    await cloudformation.send(new CreateStackCommand({ StackName: 'Test', TemplateBody: composeTemplate() }));
    const created = await pollUntil(
      'the stack to be created',
      async () => (await cloudformation.send(new DescribeStacksCommand({ StackName: 'Test' }))).Stacks?.[0],
      (stack) => stack?.StackStatus?.endsWith('_IN_PROGRESS') === false,
    );
    expect(created?.StackStatus).toBe('CREATE_COMPLETE');
    const find = (name: string): string =>
      created?.Outputs?.find(({ ExportName }) => ExportName === name)?.OutputValue ?? '';
    const bucket = find('bucket');
    // What the queue's policy takes a bucket of the stack by.
    expect(bucket).toMatch(/^test-/);

    const s3 = new S3Client({ ...client, forcePathStyle: true });
    for (const Key of ['notes.txt', 'AWSLogs/with a space/a+b.json.gz']) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
    }
    const sqs = new SQSClient(client);
    const read: unknown[] = [];
    while (read.length < 2) {
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: find('queue'), WaitTimeSeconds: 20 }),
      );
      if (Messages === undefined) break;
      for (const { Body, MessageId } of Messages) {
        const message = { body: Body, messageId: MessageId, attributes: { ApproximateReceiveCount: '1' } };
        read.push(readLogMessage(message as SQSRecord, bucket));
      }
    }
    expect(read).toEqual([
      { kind: 'test' },
      { kind: 'objects', keys: ['AWSLogs/with a space/a+b.json.gz'], deliveryCount: 1 },
    ]);
    for (const each of [cloudformation, s3, sqs]) each.destroy();
  });
});
