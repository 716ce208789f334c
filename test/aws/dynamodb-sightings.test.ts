import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamodbSightings } from '../../aws/dynamodb-sightings.ts';
import { composeSdkError } from './sdk-errors.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const EVENT = '0b1f6f0e-0000-4000-8000-000000000001';
const KEY = { pk: { S: `sighting#${EVENT}` }, sk: { S: 'sighting' } };

const dynamodb = mockClient(DynamoDBClient);
const sightings = new DynamodbSightings(new DynamoDBClient({ region: 'eu-west-1' }), 'ledger');

beforeEach(() => dynamodb.reset());

const held = (state: string, path: string) => ({ ...KEY, state: { S: state }, path: { S: path } });

/** The refusal of a conditional write; some endpoints leave out the item that is there. */
const composeFailedCondition = (Item?: Record<string, AttributeValue>) =>
  new ConditionalCheckFailedException({
    message: 'refused',
    $metadata: {},
    ...(Item === undefined ? {} : { Item }),
  });

describe('a sighting', () => {
  it.each([
    ['that nobody stored', undefined, { kind: 'unseen' }],
    ['that somebody is at', held('claimed', 'live'), { kind: 'unseen' }],
    ['that was dealt with live', held('confirmed', 'live'), { kind: 'dealtWith', by: 'live' }],
    ['that was swept', held('confirmed', 'sweep'), { kind: 'dealtWith', by: 'sweep' }],
  ])('%s is read, consistently', async (_, Item, sighting) => {
    dynamodb.on(GetItemCommand).resolves({ Item });
    expect(await sightings.readSighting(EVENT)).toEqual(sighting);
    expect(dynamodb.commandCalls(GetItemCommand).map(({ args }) => args[0].input)).toEqual([
      { TableName: 'ledger', Key: KEY, ConsistentRead: true },
    ]);
  });

  it('is claimed for a path, for 90 days, and again by another path when the claim is 16 minutes old', async () => {
    dynamodb.on(UpdateItemCommand).resolves({});
    expect(await sightings.claimSighting(EVENT, 'sweep', NOW)).toEqual({ kind: 'claimed' });
    expect(dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'ledger',
      Key: KEY,
      ConditionExpression:
        'attribute_not_exists(pk) OR (#state = :claimed AND (#path = :path OR claimedMs <= :takeover))',
      ExpressionAttributeValues: {
        ':claimed': { S: 'claimed' },
        ':path': { S: 'sweep' },
        ':now': { N: String(NOW) },
        ':takeover': { N: String(NOW - 16 * 60_000) },
        ':expiry': { N: String(NOW / 1000 + 90 * 86_400) },
      },
    });
  });

  it('that was dealt with is not claimed: the refusal itself says by whom', async () => {
    dynamodb.on(UpdateItemCommand).rejects(composeFailedCondition(held('confirmed', 'live')));
    expect(await sightings.claimSighting(EVENT, 'sweep', NOW)).toEqual({ kind: 'dealtWith', by: 'live' });
    expect(dynamodb.commandCalls(GetItemCommand)).toEqual([]);
  });

  it.each([
    ['still claimed', held('claimed', 'live'), { kind: 'busy' }],
    ['confirmed by now', held('confirmed', 'live'), { kind: 'dealtWith', by: 'live' }],
  ])('whose claim is refused without a word is read: %s', async (_, Item, claim) => {
    dynamodb.on(UpdateItemCommand).rejects(composeFailedCondition());
    dynamodb.on(GetItemCommand).resolves({ Item });
    expect(await sightings.claimSighting(EVENT, 'sweep', NOW)).toEqual(claim);
  });

  it('is confirmed by the path that holds it, and left where the other has taken it over', async () => {
    dynamodb.on(UpdateItemCommand).resolvesOnce({}).rejects(composeFailedCondition());
    await sightings.confirmSighting(EVENT, 'sweep');
    await sightings.confirmSighting(EVENT, 'sweep');
    expect(dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input).toMatchObject({
      Key: KEY,
      UpdateExpression: 'SET #state = :confirmed',
      ConditionExpression: '#path = :path',
      ExpressionAttributeValues: { ':confirmed': { S: 'confirmed' }, ':path': { S: 'sweep' } },
    });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'RetryableError'],
    ['ResourceNotFoundException', 'PermanentError'],
  ])('ends in the right fault on %s', async (name, fault) => {
    dynamodb.on(GetItemCommand).rejects(composeSdkError(name, 400));
    dynamodb.on(UpdateItemCommand).rejects(composeSdkError(name, 400));
    await expect(sightings.readSighting(EVENT)).rejects.toMatchObject({ name: fault });
    await expect(sightings.claimSighting(EVENT, 'live', NOW)).rejects.toMatchObject({ name: fault });
    await expect(sightings.confirmSighting(EVENT, 'live')).rejects.toMatchObject({ name: fault });
  });
});
