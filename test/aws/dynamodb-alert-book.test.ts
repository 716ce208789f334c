import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamodbAlertBook } from '../../aws/dynamodb-alert-book.ts';
import { composeFindingItem } from '../../aws/pending-items.ts';
import type { DeferredFinding, PendingGroup } from '../../core/alert/finding-group.ts';
import { composeSdkError } from './sdk-errors.ts';

const NOW = Date.parse('2026-11-21T10:20:00Z');
const NAME = { groupID: 'ab'.repeat(16), functionArn: null, caller: 'anonymous caller of the function URL' };
const FINDING: DeferredFinding = {
  ...NAME,
  subject: 'Invokeguard: undetermined call, nothing changed: unknown function',
  kind: 'invocation',
  outcome: 'undetermined notAttempted',
  rollback: null,
  eventID: 'one',
  foundTime: '2026-11-21T10:20:00.000Z',
};
const GROUP: PendingGroup = {
  ...NAME,
  batch: 'first',
  deferred: 1,
  repeated: 0,
  outcomes: {},
  rollbacks: [],
  eventIDs: ['one'],
  firstTime: FINDING.foundTime,
  lastTime: FINDING.foundTime,
};

const dynamodb = mockClient(DynamoDBClient);
const build = (): DynamodbAlertBook =>
  new DynamodbAlertBook(new DynamoDBClient({ region: 'eu-west-1' }), 'ledger');

beforeEach(() => {
  dynamodb.reset();
});

describe('the book of alerts', () => {
  it('asks for no more messages of an hour whose messages are used up', async () => {
    dynamodb.on(UpdateItemCommand).rejects(composeSdkError('ConditionalCheckFailedException', 400));
    const book = build();
    for (const nowMs of [NOW, NOW + 1, NOW + 2]) {
      expect(await book.takeMessage({ kind: 'guard' }, nowMs)).toEqual({ kind: 'spent' });
    }
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(1);
    await book.takeMessage({ kind: 'guard' }, NOW + 3_600_000);
    await book.takeMessage({ kind: 'digest' }, NOW + 3_600_000);
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(3);
  });

  it('keeps a deferred finding for 90 days under the hour in which it was found', () => {
    expect(composeFindingItem(FINDING)).toEqual({
      pk: { S: 'finding#2026-11-21T10' },
      sk: { S: expect.stringMatching(new RegExp(`^${NAME.groupID}#[0-9a-f]{32}$`)) },
      finding: { S: JSON.stringify(FINDING) },
      expiresAt: { N: String(NOW / 1000 + 90 * 86_400) },
    });
  });

  it('takes a finding that is kept already for done, and a contended one for worth another try', async () => {
    const cancel = (...codes: string[]) =>
      new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      });
    dynamodb
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancel('ConditionalCheckFailed', 'None'))
      .rejectsOnce(cancel('None', 'TransactionConflict'));
    await expect(build().deferFinding(FINDING)).resolves.toBeUndefined();
    await expect(build().deferFinding(FINDING)).rejects.toMatchObject({ name: 'RetryableError' });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'RetryableError'],
    ['TransactionConflictException', 'RetryableError'],
    ['AccessDeniedException', 'PermanentError'],
    ['ResourceNotFoundException', 'PermanentError'],
  ])('ends in the right fault on %s at every call', async (fault, name) => {
    dynamodb.onAnyCommand().rejects(composeSdkError(fault, 400));
    const book = build();
    for (const call of [
      book.takeMessage({ kind: 'finding', groupID: NAME.groupID }, NOW),
      book.deferFinding(FINDING),
      book.countRepetition(NAME, 'two', NOW),
      book.readPending(10),
      book.removeTold(GROUP),
    ]) {
      await expect(call).rejects.toMatchObject({ name });
    }
  });
});
