import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamodbMappingMemory } from '../../aws/dynamodb-mapping-memory.ts';
import { composeSdkError } from './sdk-errors.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const MAPPING =
  'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0f0e0d0c-0000-4000-8000-000000000000';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';
const KEY = { pk: { S: `mapping#${MAPPING}` }, sk: { S: 'source' } };

const dynamodb = mockClient(DynamoDBClient);
const build = (): DynamodbMappingMemory =>
  new DynamodbMappingMemory(new DynamoDBClient({ region: 'eu-west-1' }), 'ledger', () => NOW);

beforeEach(() => {
  dynamodb.reset();
});

describe('the memory of mappings', () => {
  it('stores a source for 90 days, again and again, and reads nothing for what it has stored', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    const memory = build();
    await memory.rememberSource({ mappingArn: MAPPING, sourceArn: QUEUE });
    await memory.rememberSource({ mappingArn: MAPPING, sourceArn: QUEUE });
    expect(dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input)).toEqual(
      Array.from({ length: 2 }, () => ({
        TableName: 'ledger',
        Item: { ...KEY, sourceArn: { S: QUEUE }, expiresAt: { N: String(NOW / 1000 + 90 * 86_400) } },
      })),
    );
    expect(await memory.recallSource(MAPPING)).toBe(QUEUE);
    expect(dynamodb.commandCalls(GetItemCommand)).toEqual([]);
  });

  it('reads a source once, consistently', async () => {
    dynamodb.on(GetItemCommand).resolves({ Item: { ...KEY, sourceArn: { S: QUEUE } } });
    const memory = build();
    expect([await memory.recallSource(MAPPING), await memory.recallSource(MAPPING)]).toEqual([QUEUE, QUEUE]);
    expect(dynamodb.commandCalls(GetItemCommand).map(({ args }) => args[0].input)).toEqual([
      { TableName: 'ledger', Key: KEY, ConsistentRead: true },
    ]);
  });

  it('answers null for a mapping that it does not know, and asks again', async () => {
    dynamodb.on(GetItemCommand).resolves({});
    const memory = build();
    expect([await memory.recallSource(MAPPING), await memory.recallSource(MAPPING)]).toEqual([null, null]);
    expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(2);
  });

  it('notes for 90 days that the guard disables a mapping, and reads when', async () => {
    const key = { ...KEY, sk: { S: 'disabling' } };
    dynamodb.on(PutItemCommand).resolves({});
    dynamodb
      .on(GetItemCommand)
      .resolvesOnce({})
      .resolves({ Item: { ...key, notedMs: { N: String(NOW) } } });
    const memory = build();
    await memory.noteDisabling(MAPPING, NOW);
    expect(dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input)).toEqual([
      {
        TableName: 'ledger',
        Item: { ...key, notedMs: { N: String(NOW) }, expiresAt: { N: String(NOW / 1000 + 90 * 86_400) } },
      },
    ]);
    expect([await memory.recallDisabling(MAPPING), await memory.recallDisabling(MAPPING)]).toEqual([
      null,
      NOW,
    ]);
    expect(dynamodb.commandCalls(GetItemCommand)[1]?.args[0].input).toEqual({
      TableName: 'ledger',
      Key: key,
      ConsistentRead: true,
    });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'RetryableError'],
    ['ResourceNotFoundException', 'PermanentError'],
  ])('ends in the right fault on %s', async (name, fault) => {
    dynamodb.on(GetItemCommand).rejects(composeSdkError(name, 400));
    dynamodb.on(PutItemCommand).rejects(composeSdkError(name, 400));
    await expect(build().recallSource(MAPPING)).rejects.toMatchObject({ name: fault });
    await expect(build().recallDisabling(MAPPING)).rejects.toMatchObject({ name: fault });
    await expect(build().noteDisabling(MAPPING, NOW)).rejects.toMatchObject({ name: fault });
    const mapping = { mappingArn: MAPPING, sourceArn: QUEUE };
    await expect(build().rememberSource(mapping)).rejects.toMatchObject({ name: fault });
  });
});
