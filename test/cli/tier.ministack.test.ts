import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, GetFunctionConcurrencyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { main } from '../../cli/main.ts';
import {
  describeWithMinistack,
  MINISTACK_ACCOUNT,
  MINISTACK_KEYS,
  startMinistack,
} from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { recordIo } from './recorded-io.ts';

const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
const ARN = `arn:aws:lambda:eu-west-1:${MINISTACK_ACCOUNT}:function:guarded`;

describeWithMinistack('the command with a tier, on a local AWS', (python) => {
  let server: LocalServer;
  let lambda: LambdaClient;
  const env = { ...process.env };

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MINISTACK_KEYS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MINISTACK_KEYS.secretAccessKey;
    server = await startMinistack(python);
    const settings = { endpoint: server.endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS };
    lambda = new LambdaClient(settings);
    const dynamodb = new DynamoDBClient(settings);
    const sns = new SNSClient(settings);
    const topic = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'ledger',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      }),
    );
    const variables = {
      LEDGER_TABLE_NAME: 'ledger',
      ALERT_TOPIC_ARN: topic.TopicArn ?? '',
      GUARD_ACCOUNT: MINISTACK_ACCOUNT,
      GUARD_REGION: 'eu-west-1',
    };
    for (const FunctionName of ['guarded', 'invokeguard-remediator']) {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role: `arn:aws:iam::${MINISTACK_ACCOUNT}:role/any`,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code: { ZipFile: EMPTY_ZIP },
          Environment: { Variables: variables },
        }),
      );
    }
    dynamodb.destroy();
    sns.destroy();
  });
  afterAll(async () => {
    process.env = env;
    lambda.destroy();
    await server.stop();
  });

  async function run(...args: readonly string[]) {
    const io = recordIo({ env: { AWS_ENDPOINT_URL: server.endpoint } });
    const code = await main([...args, '--tier', 'freeze', '--function', ARN, '--yes'], io);
    const read = new GetFunctionConcurrencyCommand({ FunctionName: 'guarded' });
    const reserved = (await lambda.send(read)).ReservedConcurrentExecutions;
    return { code, reserved, ...io.written };
  }

  it('freezes a function, keeps what was, and thaws it', async () => {
    const frozen = await run('contain');
    expect(frozen).toMatchObject({ code: 0, reserved: 0, err: '' });
    expect(frozen.out).toContain('reserved concurrency unreserved -> 0');
    expect(await run('contain')).toMatchObject({ code: 0, reserved: 0 });
    const thawed = await run('rollback');
    expect(thawed).toMatchObject({ code: 0, err: '' });
    expect(thawed.reserved).toBeUndefined();
    expect((await run('rollback')).out).toContain('Nothing to do');
  });
});
