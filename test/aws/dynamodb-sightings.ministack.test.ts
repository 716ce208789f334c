import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamodbSightings } from '../../aws/dynamodb-sightings.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const LATER = NOW + 16 * 60_000;

describeWithMinistack('sightings in DynamoDB', (python) => {
  let server: LocalServer;
  let client: DynamoDBClient;
  let sightings: DynamodbSightings;

  beforeAll(async () => {
    server = await startMinistack(python);
    const { endpoint } = server;
    client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials: MINISTACK_KEYS });
    await createLedgerTable(client, 'ledger');
    sightings = new DynamodbSightings(client, 'ledger');
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('are dealt with once: by the path that claimed and confirmed first', async () => {
    expect(await sightings.readSighting('once')).toEqual({ kind: 'unseen' });
    expect(await sightings.claimSighting('once', 'sweep', NOW)).toEqual({ kind: 'claimed' });
    expect(await sightings.readSighting('once')).toEqual({ kind: 'unseen' });
    await sightings.confirmSighting('once', 'sweep');
    expect(await sightings.readSighting('once')).toEqual({ kind: 'dealtWith', by: 'sweep' });
    const late = { kind: 'dealtWith', by: 'sweep' };
    expect(await sightings.claimSighting('once', 'live', LATER)).toEqual(late);
    expect(await sightings.claimSighting('once', 'sweep', LATER)).toEqual(late);
  });

  it('that a run left claimed are claimed again by the same path at once, by the other one 16 minutes later', async () => {
    await sightings.claimSighting('left', 'live', NOW);
    expect(await sightings.claimSighting('left', 'live', NOW + 1)).toEqual({ kind: 'claimed' });
    expect(await sightings.claimSighting('left', 'sweep', LATER)).toEqual({ kind: 'busy' });
    expect(await sightings.claimSighting('left', 'sweep', LATER + 1)).toEqual({ kind: 'claimed' });
    // The one that was taken over from wakes up again.
    await sightings.confirmSighting('left', 'live');
    expect(await sightings.readSighting('left')).toEqual({ kind: 'unseen' });
    await sightings.confirmSighting('left', 'sweep');
    expect(await sightings.readSighting('left')).toEqual({ kind: 'dealtWith', by: 'sweep' });
  });

  it('are given to one of many that ask at once', async () => {
    const claims = await Promise.all(
      (['live', 'sweep'] as const).map((path) => sightings.claimSighting('race', path, NOW)),
    );
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['busy', 'claimed']);
  });
});
