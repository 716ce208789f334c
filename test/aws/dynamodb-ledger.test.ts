import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamodbLedger } from '../../aws/dynamodb-ledger.ts';
import { composeSnapshotItem } from '../../aws/ledger-items.ts';
import { composeSdkError } from './sdk-errors.ts';
import { composeSnapshot, composeTarget } from './targets.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const target = composeTarget('f');
const snapshot = composeSnapshot(target, 'e1', '2026-11-21T10:00:00.000Z');

function composeCancellation(...codes: readonly string[]): TransactionCanceledException {
  return new TransactionCanceledException({
    message: 'cancelled',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

describe('DynamodbLedger', () => {
  const dynamodb = mockClient(DynamoDBClient);
  let ledger: DynamodbLedger;

  beforeEach(() => {
    dynamodb.reset();
    ledger = new DynamodbLedger(new DynamoDBClient({ region: 'eu-west-1' }), 'ledger', () => NOW);
  });

  const begin = () => ledger.beginContainment('e1', snapshot, NOW + 120_000, NOW);

  it('begins with one call, a transaction of event, lock and snapshot', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    expect(await begin()).toEqual({ kind: 'begun' });
    expect(dynamodb.calls()).toHaveLength(1);
    const [event, lock, stored] =
      dynamodb.commandCalls(TransactWriteItemsCommand)[0]!.args[0].input.TransactItems!;
    expect(event?.Put?.Item).toMatchObject({
      pk: { S: 'event#e1' },
      expiresAt: { N: String(NOW / 1000 + 90 * 86_400) },
    });
    expect(lock?.Update?.Key).toEqual({ pk: { S: `target#${target.functionArn}` }, sk: { S: 'lock' } });
    expect(stored?.Put?.Item).toMatchObject({
      pk: { S: `target#${target.functionArn}` },
      sk: { S: 'containment#2026-11-21T10:00:00.000Z#e1' },
      digest: { S: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(stored?.Put?.Item).not.toHaveProperty('expiresAt');
  });

  it('refuses a snapshot that would not fit before it calls anybody', async () => {
    const policy = { Statement: [{ Sid: 'x'.repeat(400_000) }] };
    const begun = ledger.beginContainment('e1', { ...snapshot, policy }, NOW, NOW);
    await expect(begun).rejects.toMatchObject({ name: 'PermanentError', code: 'SnapshotTooLarge' });
    expect(dynamodb.calls()).toHaveLength(0);
  });

  it.each([
    ['TransactionConflict', 'RetryableError'],
    ['ThrottlingError', 'RetryableError'],
    ['ProvisionedThroughputExceeded', 'RetryableError'],
    ['ValidationError', 'PermanentError'],
    ['ItemCollectionSizeLimitExceeded', 'PermanentError'],
  ])('a transaction cancelled for %s is a %s', async (code, name) => {
    dynamodb.on(TransactWriteItemsCommand).rejects(composeCancellation('None', code, 'None'));
    await expect(begin()).rejects.toMatchObject({ name });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 400, 'RetryableError'],
    ['InternalServerError', 500, 'RetryableError'],
    ['TransactionInProgressException', 400, 'RetryableError'],
    ['TimeoutError', undefined, 'RetryableError'],
    ['AccessDeniedException', 400, 'PermanentError'],
    ['ResourceNotFoundException', 400, 'PermanentError'],
    ['ValidationException', 400, 'PermanentError'],
  ])('%s (%s) is a %s at every call', async (fault, status, name) => {
    dynamodb.onAnyCommand().rejects(composeSdkError(fault, status));
    for (const call of [
      begin(),
      ledger.readEvent('e1'),
      ledger.settleContainment('e1', snapshot, { kind: 'observed' }),
      ledger.abandonContainment('e1', snapshot),
      ledger.listContainments(target),
      ledger.markRolledBack(target, ['any']),
      ledger.listGuardedFunctions(),
      ledger.releaseFunction(target.functionArn),
      ledger.claimAlert('violation', 'e1', NOW),
      ledger.confirmAlert('violation', 'e1'),
    ]) {
      await expect(call).rejects.toMatchObject({ name });
    }
  });

  it('stores a violation in whole characters, however the record or the cut left it', async () => {
    dynamodb.on(UpdateItemCommand).resolves({});
    await ledger.claimAlert(`\ud800${'\u{1f600}'.repeat(2_000)}`, 'e1', NOW);
    const [call] = dynamodb.commandCalls(UpdateItemCommand);
    const stored = call?.args[0].input.ExpressionAttributeValues?.[':violation']?.S ?? '';
    expect(stored).toHaveLength(2_000);
    expect(stored).not.toMatch(/\p{Cs}/u);
  });

  it('has the delivery come again where the lock was freed while it looked', async () => {
    dynamodb
      .on(TransactWriteItemsCommand)
      .rejects(composeCancellation('None', 'ConditionalCheckFailed', 'None'));
    dynamodb.on(GetItemCommand).resolves({});
    await expect(begin()).rejects.toMatchObject({ name: 'RetryableError', code: 'LedgerContended' });
  });

  it('has the delivery come again where the same event was abandoned while it looked', async () => {
    dynamodb
      .on(TransactWriteItemsCommand)
      .rejects(composeCancellation('ConditionalCheckFailed', 'None', 'None'));
    dynamodb.on(GetItemCommand).resolves({});
    await expect(begin()).rejects.toMatchObject({ name: 'RetryableError', code: 'LedgerContended' });
  });

  it('takes an event that names another function as a fault, never as its own work', async () => {
    const other = composeSnapshot(composeTarget('other'), 'e1', '2026-11-21T09:00:00.000Z');
    const item = composeSnapshotItem('e1', other);
    dynamodb
      .on(TransactWriteItemsCommand)
      .rejects(composeCancellation('ConditionalCheckFailed', 'None', 'None'));
    dynamodb
      .on(GetItemCommand)
      .resolvesOnce({ Item: { state: { S: 'begun' }, targetPartition: item['pk']! } })
      .resolvesOnce({ Item: item });
    await expect(begin()).rejects.toMatchObject({ code: 'EventOfAnotherTarget' });
  });

  it('says that a snapshot is missing where an event began and the table has none', async () => {
    dynamodb
      .on(GetItemCommand)
      .resolvesOnce({ Item: { state: { S: 'begun' } } })
      .resolves({});
    await expect(ledger.readEvent('e1')).rejects.toMatchObject({ code: 'SnapshotMissing' });
  });

  it('reads every page of the snapshots of a policy', async () => {
    const older = composeSnapshot(target, 'e0', '2026-11-20T10:00:00.000Z');
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [composeSnapshotItem('e1', snapshot)], LastEvaluatedKey: { pk: { S: 'p' } } })
      .resolvesOnce({ Items: [composeSnapshotItem('e0', older)] });
    const found = await ledger.listContainments(target);
    expect(found.map((containment) => containment.snapshot)).toEqual([snapshot, older]);
  });

  it('keeps a rolled back snapshot for a year', async () => {
    dynamodb.on(UpdateItemCommand).resolves({});
    await ledger.markRolledBack(target, ['c1']);
    expect(
      dynamodb.commandCalls(UpdateItemCommand)[0]!.args[0].input.ExpressionAttributeValues,
    ).toMatchObject({
      ':expiry': { N: String(NOW / 1000 + 365 * 86_400) },
    });
  });
});
