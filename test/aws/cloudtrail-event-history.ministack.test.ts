import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildHistoryClient, CloudtrailEventHistory } from '../../aws/cloudtrail-event-history.ts';
import { SYSTEM_CLOCK } from '../../aws/system-clock.ts';
import { openEnvelope } from '../../core/record/envelope.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';

/** ministack records no call of Lambda under its name, and has no pages: what is tested is the way to and fro. */
describeWithMinistack('the history of events of a local CloudTrail', (python) => {
  let server: LocalServer;
  let sqs: SQSClient;

  beforeAll(async () => {
    server = await startMinistack(python);
    const { endpoint } = server;
    await fetch(`${endpoint}/_ministack/config`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 'cloudtrail._recording_enabled': 'true' }),
    });
    sqs = new SQSClient({ endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS });
    for (const QueueName of ['first', 'second']) await sqs.send(new CreateQueueCommand({ QueueName }));
  });
  afterAll(async () => {
    sqs.destroy();
    await server.stop();
  });

  it('is read by name, newest first, in the form that the core opens', async () => {
    const client = buildHistoryClient({ region: 'eu-west-1', endpoint: server.endpoint });
    client.config.credentials = async () => MINISTACK_KEYS;
    const history = new CloudtrailEventHistory(client, SYSTEM_CLOCK);
    const deadlineMs = SYSTEM_CLOCK.nowMs() + 60_000;
    const page = await history.readPage('CreateQueue', 0, deadlineMs);
    const records = page.kind === 'page' ? page.records.map(openEnvelope) : [];
    expect(records).toMatchObject([
      { kind: 'record', record: { eventName: 'CreateQueue', requestParameters: { QueueName: 'second' } } },
      { kind: 'record', record: { eventName: 'CreateQueue', requestParameters: { QueueName: 'first' } } },
    ]);
    expect(await history.readPage('AddPermission20150331v2', 0, deadlineMs)).toEqual({
      kind: 'page',
      records: [],
      older: 'none',
    });
    client.destroy();
  });
});
