import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionUrlConfigCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamodbTierLedger } from '../../aws/dynamodb-tier-ledger.ts';
import { LambdaFunctionSwitches } from '../../aws/lambda-function-switches.ts';
import { composeTierKey } from '../../aws/tier-items.ts';
import {
  applyTier,
  applyTierRollback,
  prepareTier,
  prepareTierRollback,
  type TierPorts,
  type TierRequest,
  type TierResult,
} from '../../containment/tier.ts';
import type { Tier } from '../../core/tier/tier.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import { StandingClock } from '../containment/in-memory-ports.ts';
import {
  describeWithMinistack,
  MINISTACK_ACCOUNT,
  MINISTACK_KEYS,
  startMinistack,
} from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';

const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
const TABLE = 'ledger';
const ARN = `arn:aws:lambda:eu-west-1:${MINISTACK_ACCOUNT}:function:guarded`;

describeWithMinistack('the stronger tiers', (python) => {
  let server: LocalServer;
  let lambda: LambdaClient;
  let dynamodb: DynamoDBClient;
  let ports: TierPorts;
  let uuid = '';

  beforeAll(async () => {
    server = await startMinistack(python);
    const settings = { endpoint: server.endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS };
    lambda = new LambdaClient(settings);
    dynamodb = new DynamoDBClient(settings);
    const sqs = new SQSClient(settings);
    await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    sqs.destroy();
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'guarded',
        Role: `arn:aws:iam::${MINISTACK_ACCOUNT}:role/any`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
      }),
    );
    await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'guarded', AuthType: 'NONE' }));
    const mapping = await lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: 'guarded',
        EventSourceArn: `arn:aws:sqs:eu-west-1:${MINISTACK_ACCOUNT}:orders`,
      }),
    );
    uuid = mapping.UUID ?? '';
    await createLedgerTable(dynamodb, TABLE);
    ports = {
      switches: new LambdaFunctionSwitches(lambda),
      tiers: new DynamodbTierLedger(dynamodb, TABLE),
      clock: new StandingClock(),
    };
  });
  afterAll(async () => {
    lambda.destroy();
    dynamodb.destroy();
    await server.stop();
  });

  const ask = (tier: Tier, runID = 'run-1'): TierRequest => ({ runID, functionArn: ARN, tier });

  async function putOn(tier: Tier, runID?: string): Promise<TierResult | string> {
    const prepared = await prepareTier(ask(tier, runID), ports);
    return prepared.kind === 'prepared' ? applyTier(ask(tier, runID), prepared, ports) : prepared.reason;
  }

  async function takeBack(tier: Tier): Promise<TierResult | string> {
    const prepared = await prepareTierRollback(ask(tier), ports);
    return prepared.kind === 'prepared' ? applyTierRollback(prepared, ports) : prepared.reason;
  }

  async function readConcurrency(): Promise<number | undefined> {
    const read = new GetFunctionConcurrencyCommand({ FunctionName: 'guarded' });
    return (await lambda.send(read)).ReservedConcurrentExecutions;
  }

  it('freeze a function so that it answers nobody, twice, and thaw it to what was reserved', async () => {
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'guarded', ReservedConcurrentExecutions: 5 }),
    );
    expect(await putOn('freeze')).toMatchObject({ kind: 'complete', failures: [] });
    expect(await readConcurrency()).toBe(0);
    const call = lambda.send(new InvokeCommand({ FunctionName: 'guarded' }));
    await expect(call).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    expect(await putOn('freeze', 'run-2')).toContain('is 0 already');
    expect(await takeBack('freeze')).toMatchObject({ kind: 'complete', failures: [] });
    expect(await readConcurrency()).toBe(5);
    expect(await takeBack('freeze')).toContain('to take back');
  });

  it('disable mapping and open URL, and put both back', async () => {
    expect(await putOn('disable-triggers')).toMatchObject({ kind: 'complete', failures: [] });
    const url = new GetFunctionUrlConfigCommand({ FunctionName: 'guarded' });
    const mapping = new GetEventSourceMappingCommand({ UUID: uuid });
    expect((await lambda.send(url)).AuthType).toBe('AWS_IAM');
    expect((await lambda.send(mapping)).State).toMatch(/^Disabl/);
    expect(await takeBack('disable-triggers')).toMatchObject({ kind: 'complete', failures: [] });
    expect((await lambda.send(url)).AuthType).toBe('NONE');
    expect((await lambda.send(mapping)).State).toMatch(/^Enabl/);
  });

  it('store nothing over a record that changed since it was read', async () => {
    const functionArn = `${ARN}-other`;
    const snapshot = { functionArn, tier: 'freeze', runID: 'r', storedTime: 't', changes: [] } as const;
    expect(await ports.tiers.storeTier(snapshot, null)).toEqual({ kind: 'stored' });
    expect(await ports.tiers.storeTier(snapshot, null)).toEqual({ kind: 'conflict' });
    const standing = await ports.tiers.readTier(functionArn, 'freeze');
    expect(standing).toEqual({ snapshot, state: 'standing' });
    expect(await ports.tiers.storeTier({ ...snapshot, runID: 'r2' }, standing)).toEqual({ kind: 'stored' });
    expect(await ports.tiers.storeTier({ ...snapshot, runID: 'r3' }, standing)).toEqual({ kind: 'conflict' });
    expect(await ports.tiers.retireTier(snapshot)).toEqual({ kind: 'conflict' });
    expect(await ports.tiers.retireTier({ ...snapshot, runID: 'r2' })).toEqual({ kind: 'stored' });
    expect(await ports.tiers.readTier(functionArn, 'freeze')).toMatchObject({ state: 'rolledBack' });
  });

  it('restore nothing that somebody wrote into the table by hand', async () => {
    const functionArn = `${ARN}-altered`;
    const changes = [{ kind: 'reservedConcurrency', before: 5, after: 0 }] as const;
    const snapshot = { functionArn, tier: 'freeze', runID: 'r', storedTime: 't', changes } as const;
    await ports.tiers.storeTier(snapshot, null);
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { ...composeTierKey(functionArn, 'freeze') },
        UpdateExpression: 'SET #snapshot = :altered',
        ExpressionAttributeNames: { '#snapshot': 'snapshot' },
        ExpressionAttributeValues: {
          ':altered': { S: JSON.stringify(snapshot).replace('"before":5', '"before":900') },
        },
      }),
    );
    await expect(ports.tiers.readTier(functionArn, 'freeze')).rejects.toMatchObject({
      code: 'SnapshotAltered',
    });
  });
});
