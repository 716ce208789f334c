import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamodbHeartbeats } from '../../aws/dynamodb-heartbeats.ts';
import { PermanentError } from '../../containment/errors.ts';
import type { BeatMark } from '../../containment/heartbeat-ports.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';

const SENT_MS = Date.parse('2026-11-21T10:00:00Z');
const SEEN_MS = SENT_MS + 300_000;

function mark(requestID: string, changes: Partial<BeatMark> = {}): BeatMark {
  return {
    requestID,
    eventID: 'event-1',
    path: 'live',
    verdict: 'unauthorized',
    seenMs: SEEN_MS,
    ...changes,
  };
}

describeWithMinistack('heartbeats in DynamoDB', (python) => {
  let server: LocalServer;
  let client: DynamoDBClient;
  let heartbeats: DynamodbHeartbeats;

  beforeAll(async () => {
    server = await startMinistack(python);
    const { endpoint } = server;
    client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS });
    await createLedgerTable(client, 'ledger');
    heartbeats = new DynamodbHeartbeats(client, 'ledger');
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('remember what the heartbeat remembers, from run to run', async () => {
    expect(await heartbeats.readMemory()).toBeNull();
    const beat = { requestID: 'open', sentMs: SENT_MS };
    const outage = { link: 'rules', sinceMs: SENT_MS, told: 'told', lost: [beat] } as const;
    const memory = { startedMs: SENT_MS, proven: 'once', open: [beat], outage } as const;
    await heartbeats.writeMemory(memory);
    expect(await heartbeats.readMemory()).toEqual(memory);
    await heartbeats.writeMemory({ ...memory, outage: null });
    expect(await new DynamodbHeartbeats(client, 'ledger').readMemory()).toEqual({ ...memory, outage: null });
  });

  it('are marked once by each path, and keep who saw them first', async () => {
    await heartbeats.storeBeat({ requestID: 'beat', sentMs: SENT_MS });
    expect(await heartbeats.readSightings('beat')).toEqual({ live: null, sweep: null });
    expect(await heartbeats.markBeat(mark('beat'))).toBe('first');
    expect(await heartbeats.markBeat(mark('beat', { seenMs: SEEN_MS + 1, verdict: 'authorized' }))).toBe(
      'repeated',
    );
    expect(await heartbeats.markBeat(mark('beat', { path: 'sweep', eventID: null }))).toBe('first');
    const seen = { seenMs: SEEN_MS, verdict: 'unauthorized' };
    expect(await heartbeats.readSightings('beat')).toEqual({ live: seen, sweep: seen });
  });

  it('that were never sent are unknown, and stay so', async () => {
    expect(await heartbeats.markBeat(mark('stranger'))).toBe('unknown');
    expect(await heartbeats.markBeat(mark('stranger'))).toBe('unknown');
    expect(await heartbeats.readSightings('stranger')).toEqual({ live: null, sweep: null });
  });

  it('are forgotten after thirty days', async () => {
    await heartbeats.storeBeat({ requestID: 'old', sentMs: SENT_MS });
    const key = { pk: { S: 'heartbeat#old' }, sk: { S: 'beat' } };
    const { Item } = await client.send(new GetItemCommand({ TableName: 'ledger', Key: key }));
    expect(Item?.['expiresAt']).toEqual({ N: String(SENT_MS / 1000 + 30 * 86_400) });
  });

  it('whose memory somebody changed by hand are told as such', async () => {
    const item = { pk: { S: 'heartbeat' }, sk: { S: 'chain' }, memory: { S: '{' } };
    await client.send(new PutItemCommand({ TableName: 'ledger', Item: item }));
    await expect(heartbeats.readMemory()).rejects.toThrow(PermanentError);
  });
});
