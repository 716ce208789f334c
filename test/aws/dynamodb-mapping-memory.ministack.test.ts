import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamodbMappingMemory } from '../../aws/dynamodb-mapping-memory.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';

const MAPPING =
  'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0f0e0d0c-0000-4000-8000-000000000000';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';

describeWithMinistack('the memory of mappings in DynamoDB', (python) => {
  let server: LocalServer;
  let client: DynamoDBClient;

  beforeAll(async () => {
    server = await startMinistack(python);
    const { endpoint } = server;
    client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS });
    await createLedgerTable(client, 'ledger');
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('keeps what one run learnt for the next one', async () => {
    const build = (): DynamodbMappingMemory => new DynamodbMappingMemory(client, 'ledger');
    expect(await build().recallSource(MAPPING)).toBeNull();
    await build().rememberSource({ mappingArn: MAPPING, sourceArn: QUEUE });
    expect(await build().recallSource(MAPPING)).toBe(QUEUE);
  });
});
