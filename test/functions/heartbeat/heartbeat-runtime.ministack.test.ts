import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateFunctionCommand, DeleteFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type HeartbeatRun, runHeartbeat } from '../../../containment/heartbeat-run.ts';
import { addHeartbeatTarget } from '../../../core/allowlist/heartbeat-entry.ts';
import {
  buildHeartbeatRuntime,
  type HeartbeatRuntime,
} from '../../../functions/heartbeat/heartbeat-runtime.ts';
import { createLedgerTable } from '../../../lab/ledger-table.ts';
import { composeAllowlist } from '../../containment/calls.ts';
import {
  describeWithMinistack,
  MINISTACK_ACCOUNT,
  MINISTACK_KEYS,
  startMinistack,
} from '../../local-aws/ministack.ts';
import type { LocalServer } from '../../local-aws/server.ts';

const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
const TARGET = 'invokeguard-heartbeat-target';
const QUEUE_ARN = `arn:aws:sqs:eu-west-1:${MINISTACK_ACCOUNT}:records`;
const TRAIL_ARN = `arn:aws:cloudtrail:eu-west-1:${MINISTACK_ACCOUNT}:trail/invokeguard`;

describeWithMinistack('the heartbeat on the local AWS', (python) => {
  const before = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-heartbeat-'));
  let server: LocalServer;
  let runtime: HeartbeatRuntime;
  let sqs: SQSClient;
  let events: EventBridgeClient;
  let trails: CloudTrailClient;
  let lambda: LambdaClient;
  let recordsUrl = '';

  async function makeQueue(QueueName: string): Promise<string> {
    return (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  }

  async function makeTrail(endpoint: string): Promise<void> {
    const s3 = new S3Client({
      endpoint,
      region: 'eu-west-1',
      credentials: MINISTACK_KEYS,
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'invokeguard-logs' }));
    s3.destroy();
    await trails.send(new CreateTrailCommand({ Name: 'invokeguard', S3BucketName: 'invokeguard-logs' }));
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: 'invokeguard',
        AdvancedEventSelectors: [
          {
            Name: 'Calls',
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
              { Field: 'resources.ARN', EndsWith: [`:function:${TARGET}`] },
            ],
          },
        ],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: 'invokeguard' }));
  }

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MINISTACK_KEYS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MINISTACK_KEYS.secretAccessKey;
    server = await startMinistack(python);
    const settings = { endpoint: server.endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS };
    sqs = new SQSClient(settings);
    events = new EventBridgeClient(settings);
    trails = new CloudTrailClient(settings);
    lambda = new LambdaClient(settings);
    const dynamodb = new DynamoDBClient(settings);
    const sns = new SNSClient(settings);
    await createLedgerTable(dynamodb, 'ledger');
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    recordsUrl = await makeQueue('records');
    const deadLettersUrl = await makeQueue('dead-letters');
    await events.send(
      new PutRuleCommand({ Name: 'invokeguard-invocations-001', EventPattern: '{"source":["aws.lambda"]}' }),
    );
    await events.send(
      new PutTargetsCommand({
        Rule: 'invokeguard-invocations-001',
        Targets: [{ Id: 'Queue', Arn: QUEUE_ARN }],
      }),
    );
    await makeTrail(server.endpoint);
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: TARGET,
        Role: `arn:aws:iam::${MINISTACK_ACCOUNT}:role/any`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
      }),
    );
    writeFileSync(join(folder, 'allowlist.json'), JSON.stringify(addHeartbeatTarget(composeAllowlist())));
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: server.endpoint,
      LEDGER_TABLE_NAME: 'ledger',
      ALERT_TOPIC_ARN: TopicArn,
      CONVERGENCE_QUEUE_URL: recordsUrl,
      GUARD_ACCOUNT: MINISTACK_ACCOUNT,
      GUARD_REGION: 'eu-west-1',
      GUARD_NAME: 'invokeguard-remediator',
      POWERTOOLS_METRICS_NAMESPACE: 'Invokeguard',
      TRAIL_ARN,
      RECORDS_QUEUE_URL: recordsUrl,
      RECORDS_QUEUE_ARN: QUEUE_ARN,
      DEAD_LETTER_QUEUE_URL: deadLettersUrl,
      INVOCATION_RULES: '1',
    };
    runtime = buildHeartbeatRuntime(env, folder);
    dynamodb.destroy();
    sns.destroy();
  });
  afterAll(async () => {
    process.env = before;
    rmSync(folder, { recursive: true });
    for (const client of [sqs, events, trails, lambda]) client.destroy();
    await server.stop();
  });

  async function run(runID: string): Promise<HeartbeatRun> {
    const { allowlist, guard, ports } = runtime;
    return runHeartbeat(runID, allowlist, guard, ports);
  }

  it('calls its target, finds all parts in order, and knows the call again when it was judged', async () => {
    expect(await run('run-1')).toEqual({
      parts: {
        trail: { kind: 'read', logging: 'on', deliveryError: null, target: 'logged' },
        rules: { kind: 'read', faults: [] },
        queues: { kind: 'read', waiting: 0, deadLetters: 0 },
      },
      call: 'answered',
      lost: [],
      recovery: 'none',
    });
    const { heartbeats, clock } = runtime.ports;
    const requestID = (await heartbeats.readMemory())?.open[0]?.requestID ?? '';
    expect(requestID).not.toBe('');
    const seen = { path: 'live', verdict: 'unauthorized', eventID: 'e', seenMs: clock.nowMs() } as const;
    expect(await heartbeats.markBeat({ requestID, ...seen })).toBe('first');
    expect(await run('run-2')).toMatchObject({ lost: [] });
    expect(await heartbeats.readMemory()).toMatchObject({ proven: 'once' });
  });

  it('sees a trail that is stopped, a rule that is disabled and a message that waits', async () => {
    await trails.send(new StopLoggingCommand({ Name: 'invokeguard' }));
    await events.send(new DisableRuleCommand({ Name: 'invokeguard-invocations-001' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: recordsUrl, MessageBody: '{}' }));
    const { parts } = await run('run-3');
    expect(parts).toMatchObject({
      trail: { kind: 'read', logging: 'off' },
      rules: { faults: [{ name: 'invokeguard-invocations-001', fault: 'disabled' }] },
      queues: { waiting: 1 },
    });
  });

  it('tells at once that its target is gone', async () => {
    await lambda.send(new DeleteFunctionCommand({ FunctionName: TARGET }));
    const { call, lost } = await run('run-4');
    expect([call, lost.map(({ kind }) => kind)]).toEqual(['failed', ['call']]);
  });
});
