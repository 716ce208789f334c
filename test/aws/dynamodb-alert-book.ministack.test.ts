import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DynamodbAlertBook } from '../../aws/dynamodb-alert-book.ts';
import { MESSAGES_PER_GROUP, MESSAGES_PER_WINDOW, type MessageGrant } from '../../containment/alert-ports.ts';
import type { DeferredFinding, PendingGroup } from '../../core/alert/finding-group.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';

const NOW = Date.parse('2026-11-21T10:20:00Z');
const HOUR = 3_600_000;
const NAME = {
  groupID: '00112233445566778899aabbccddeeff',
  functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
  caller: 'user arn:aws:iam::111122223333:user/mallory',
};

function composeFinding(eventID: string, changes: Partial<DeferredFinding> = {}): DeferredFinding {
  return {
    ...NAME,
    subject: 'Invokeguard: unauthorized call, contained: thumbnailer',
    kind: 'invocation',
    outcome: 'unauthorized contained',
    rollback: `npx invokeguard rollback --digest ${eventID}`,
    eventID,
    foundTime: '2026-11-21T10:20:00.000Z',
    ...changes,
  };
}

describeWithMinistack('the book of alerts in DynamoDB', (python) => {
  let server: LocalServer;
  let client: DynamoDBClient;
  let book: DynamodbAlertBook;

  beforeAll(async () => {
    server = await startMinistack(python);
    const { endpoint } = server;
    client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  beforeEach(async () => {
    const table = `ledger-${expect.getState().currentTestName?.length ?? 0}`;
    await createLedgerTable(client, table);
    book = new DynamodbAlertBook(client, table);
    nameTable = () => table;
  });
  let nameTable = (): string => '';

  async function readOnly(): Promise<PendingGroup> {
    const { groups } = await book.readPending(10);
    expect(groups).toHaveLength(1);
    return groups[0]!;
  }

  it('grants the messages of an hour to whoever asks at once, and no more', async () => {
    const { finding } = MESSAGES_PER_WINDOW;
    const others = [book, new DynamodbAlertBook(client, nameTable())];
    const grants = await Promise.all(
      Array.from({ length: finding + 5 }, (_, index) =>
        others[index % 2]!.takeMessage({ kind: 'finding', groupID: String(index) }, NOW),
      ),
    );
    const count = (wanted: MessageGrant): number =>
      grants.filter((grant) => JSON.stringify(grant) === JSON.stringify(wanted)).length;
    expect(count({ kind: 'granted', last: 'no' })).toBe(finding - 1);
    expect(count({ kind: 'granted', last: 'ofHour' })).toBe(1);
    expect(count({ kind: 'spent' })).toBe(5);
    const more = { kind: 'finding', groupID: 'more' } as const;
    expect(await book.takeMessage(more, NOW)).toEqual({ kind: 'spent' });
    expect(await book.takeMessage({ kind: 'digest' }, NOW)).toEqual({ kind: 'granted', last: 'no' });
    expect(await book.takeMessage(more, NOW + HOUR)).toEqual({ kind: 'granted', last: 'no' });
  });

  it('grants a few of them to each group', async () => {
    const take = (groupID: string) => book.takeMessage({ kind: 'finding', groupID }, NOW);
    const grants = await Promise.all(Array.from({ length: MESSAGES_PER_GROUP + 2 }, () => take('one')));
    expect(grants.filter(({ kind }) => kind === 'granted')).toHaveLength(MESSAGES_PER_GROUP);
    expect(grants).toContainEqual({ kind: 'granted', last: 'ofGroup' });
    expect(await take('two')).toEqual({ kind: 'granted', last: 'no' });
  });

  it('keeps deferred findings and counts repetitions in their group, each event once', async () => {
    await book.deferFinding(composeFinding('one'));
    await book.deferFinding(composeFinding('one'));
    const refused = { rollback: null, outcome: 'unauthorized refused' };
    await book.deferFinding(composeFinding('two', { ...refused, foundTime: '2026-11-21T10:21:00.000Z' }));
    for (const eventID of ['three', 'three', 'four']) {
      await book.countRepetition(NAME, eventID, NOW + 120_000);
    }
    expect(await book.readPending(10)).toEqual({
      groups: [
        {
          ...NAME,
          batch: expect.any(String),
          deferred: 2,
          repeated: 2,
          outcomes: { 'unauthorized contained': 1, 'unauthorized refused': 1 },
          rollbacks: ['npx invokeguard rollback --digest one'],
          eventIDs: ['four', 'three', 'two'],
          firstTime: '2026-11-21T10:20:00.000Z',
          lastTime: '2026-11-21T10:22:00.000Z',
        },
      ],
      rest: 'none',
    });
  });

  it('keeps a group without a function', async () => {
    await book.countRepetition({ ...NAME, functionArn: null }, 'one', NOW);
    expect(await readOnly()).toMatchObject({ functionArn: null, deferred: 0, repeated: 1 });
  });

  it('takes out what was told, and keeps the findings of the hour for whoever looks for them', async () => {
    await book.deferFinding(composeFinding('one'));
    await book.deferFinding(composeFinding('two'));
    await book.removeTold(await readOnly());
    expect(await book.readPending(10)).toEqual({ groups: [], rest: 'none' });
    const { Items: items } = await client.send(
      new QueryCommand({
        TableName: nameTable(),
        KeyConditionExpression: 'pk = :hour AND begins_with(sk, :group)',
        ExpressionAttributeValues: { ':hour': { S: 'finding#2026-11-21T10' }, ':group': { S: NAME.groupID } },
      }),
    );
    const found = (items ?? []).map((item) => JSON.parse(item['finding']?.S ?? ''));
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([composeFinding('one'), composeFinding('two')]));
    // What was told is not counted again when its delivery comes again.
    await book.deferFinding(composeFinding('two'));
    expect(await book.readPending(10)).toEqual({ groups: [], rest: 'none' });
  });

  it('leaves what was added since it was read, and takes nothing out twice', async () => {
    await book.deferFinding(composeFinding('one'));
    const read = await readOnly();
    await book.deferFinding(composeFinding('two'));
    await book.countRepetition(NAME, 'three', NOW + 60_000);
    await book.removeTold(read);
    await book.removeTold(read);
    const grown = await readOnly();
    expect(grown).toMatchObject({ deferred: 1, repeated: 1, outcomes: { 'unauthorized contained': 1 } });
    expect(grown.batch).not.toBe(read.batch);
    await book.removeTold(grown);
    await book.countRepetition(NAME, 'four', NOW + 120_000);
    // Another run that has read the same tells it too, and takes out nothing of what came later.
    await book.removeTold(grown);
    expect(await readOnly()).toMatchObject({ deferred: 0, repeated: 1, outcomes: {}, rollbacks: [] });
  });

  it('reads no more groups than asked for, and says that there are more', async () => {
    for (const digit of ['1', '2', '3']) {
      await book.countRepetition({ ...NAME, groupID: digit.repeat(32) }, digit, NOW);
    }
    const few = await book.readPending(2);
    expect([few.groups.length, few.rest]).toEqual([2, 'more']);
    const all = await book.readPending(3);
    expect([all.groups.length, all.rest]).toEqual([3, 'none']);
  });
});
