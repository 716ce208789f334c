import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { composeAlertKey } from '../../aws/alert-claims.ts';
import { DynamodbLedger } from '../../aws/dynamodb-ledger.ts';
import { composeSnapshotKey } from '../../aws/ledger-items.ts';
import type { PolicyTarget, Snapshot } from '../../containment/ports.ts';
import { digestSnapshot } from '../../containment/snapshot-digest.ts';
import type { Outcome } from '../../core/alert/outcome.ts';
import { createLedgerTable } from '../../lab/ledger-table.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { composeSnapshot, composeTarget } from './targets.ts';

const TABLE = 'ledger';
const NOW = Date.parse('2026-11-21T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OUTCOME: Outcome = { kind: 'alreadyContained', notStopped: [] };

describeWithMinistack('the ledger in DynamoDB', (python) => {
  let server: LocalServer;
  let client: DynamoDBClient;
  let ledger: DynamodbLedger;
  let targets = 0;

  beforeAll(async () => {
    server = await startMinistack(python);
    client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: MINISTACK_KEYS,
    });
    await createLedgerTable(client, TABLE);
    ledger = new DynamodbLedger(client, TABLE, () => NOW);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  function nextTarget(qualifier: string | null = null): PolicyTarget {
    targets += 1;
    return composeTarget(`function-${targets}`, qualifier);
  }

  /** Names that no other test uses. */
  function nextWork(atMs = NOW, target = nextTarget()): { eventID: string; snapshot: Snapshot } {
    targets += 1;
    const eventID = `event-${targets}`;
    return { eventID, snapshot: composeSnapshot(target, eventID, new Date(atMs).toISOString()) };
  }

  const begin = (work: { eventID: string; snapshot: Snapshot }, nowMs = NOW) =>
    ledger.beginContainment(work.eventID, work.snapshot, nowMs + 2 * MINUTE, nowMs);

  it('takes event, lock and snapshot at once', async () => {
    const work = nextWork();
    expect(await ledger.readEvent(work.eventID)).toEqual({ kind: 'unknown' });
    expect(await begin(work)).toEqual({ kind: 'begun' });
    expect(await ledger.readEvent(work.eventID)).toEqual({ kind: 'begun', snapshot: work.snapshot });
    expect(await ledger.listContainments(work.snapshot.target)).toEqual([
      { snapshot: work.snapshot, state: 'begun' },
    ]);
  });

  it('answers the first snapshot when a delivery finds its work begun', async () => {
    const work = nextWork();
    await begin(work);
    const later = {
      ...work,
      snapshot: composeSnapshot(work.snapshot.target, work.eventID, '2026-11-21T10:05:00.000Z'),
    };
    expect(await begin(later, NOW + 5 * MINUTE)).toEqual({ kind: 'resumed', snapshot: work.snapshot });
    expect(await ledger.listContainments(work.snapshot.target)).toHaveLength(1);
  });

  it('answers the outcome when the work was settled', async () => {
    const work = nextWork();
    await begin(work);
    await ledger.settleContainment(work.eventID, work.snapshot, OUTCOME);
    await ledger.settleContainment(work.eventID, work.snapshot, OUTCOME);
    expect(await begin(work)).toEqual({ kind: 'settled', outcome: OUTCOME });
    expect(await ledger.readEvent(work.eventID)).toEqual({ kind: 'settled', outcome: OUTCOME });
    expect(await ledger.listContainments(work.snapshot.target)).toEqual([
      { snapshot: work.snapshot, state: 'settled' },
    ]);
  });

  it('lets one event at a time have a policy, until its lease is over', async () => {
    const first = nextWork();
    const second = nextWork(NOW, first.snapshot.target);
    await begin(first);
    expect(await begin(second)).toEqual({ kind: 'busy' });
    expect(await ledger.readEvent(second.eventID)).toEqual({ kind: 'unknown' });
    expect(await begin(second, NOW + 2 * MINUTE)).toEqual({ kind: 'begun' });
    expect(await begin(first, NOW + 3 * MINUTE)).toEqual({ kind: 'busy' });
    await ledger.settleContainment(first.eventID, first.snapshot, OUTCOME);
    expect(await begin(nextWork(NOW, first.snapshot.target), NOW + 3 * MINUTE)).toEqual({ kind: 'busy' });
  });

  it('keeps the qualifiers of a function apart', async () => {
    const target = nextTarget();
    await begin(nextWork(NOW, target));
    expect(await begin(nextWork(NOW, { ...target, qualifier: 'live' }))).toEqual({ kind: 'begun' });
    expect(await ledger.listContainments({ ...target, qualifier: '1' })).toEqual([]);
  });

  it('forgets abandoned work and frees the lock', async () => {
    const work = nextWork();
    await begin(work);
    await ledger.abandonContainment(work.eventID, work.snapshot);
    expect(await ledger.readEvent(work.eventID)).toEqual({ kind: 'unknown' });
    expect(await ledger.listContainments(work.snapshot.target)).toEqual([]);
    expect(await begin(nextWork(NOW, work.snapshot.target))).toEqual({ kind: 'begun' });
  });

  it('keeps the snapshot of resumed work that is abandoned, because the first run may have written', async () => {
    const work = nextWork();
    await begin(work);
    await begin(work);
    await ledger.abandonContainment(work.eventID, work.snapshot);
    expect(await ledger.listContainments(work.snapshot.target)).toHaveLength(1);
    expect(await begin(nextWork(NOW, work.snapshot.target))).toEqual({ kind: 'begun' });
  });

  it('lets a policy be rewritten three times an hour', async () => {
    const target = nextTarget();
    for (const minutes of [0, 10, 20]) {
      const work = nextWork(NOW + minutes * MINUTE, target);
      expect(await begin(work, NOW + minutes * MINUTE)).toEqual({ kind: 'begun' });
      await ledger.settleContainment(work.eventID, work.snapshot, OUTCOME);
    }
    const fourth = nextWork(NOW + 30 * MINUTE, target);
    expect(await ledger.listPostponed()).not.toContain(target.functionArn);
    expect(await begin(fourth, NOW + 30 * MINUTE)).toEqual({ kind: 'exhausted' });
    expect(await ledger.listPostponed()).toContain(target.functionArn);
    await ledger.forgetPostponed(target.functionArn);
    expect(await ledger.listPostponed()).not.toContain(target.functionArn);
    expect(await ledger.readEvent(fourth.eventID)).toEqual({ kind: 'unknown' });
    expect(await begin(fourth, NOW + HOUR - 1)).toEqual({ kind: 'exhausted' });
    expect(await begin(fourth, NOW + HOUR)).toEqual({ kind: 'begun' });
  });

  it('lists the newest containment first and never settles one again that was rolled back', async () => {
    const target = nextTarget();
    const old = nextWork(NOW, target);
    const young = nextWork(NOW + MINUTE, target);
    await begin(old);
    await ledger.settleContainment(old.eventID, old.snapshot, OUTCOME);
    await begin(young);
    await ledger.markRolledBack(target, [young.snapshot.containmentId, 'never-was']);
    await ledger.settleContainment(young.eventID, young.snapshot, OUTCOME);
    expect(await ledger.listContainments(target)).toEqual([
      { snapshot: young.snapshot, state: 'rolledBack' },
      { snapshot: old.snapshot, state: 'settled' },
    ]);
    expect(await ledger.readEvent(young.eventID)).toEqual({ kind: 'settled', outcome: OUTCOME });
  });

  it('refuses a snapshot that somebody changed in the table', async () => {
    const work = nextWork();
    await begin(work);
    const forged = {
      ...work.snapshot,
      policy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*' }] },
    };
    const change = (digest: string) =>
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { ...composeSnapshotKey(work.snapshot.target, work.snapshot.containmentId) },
        UpdateExpression: 'SET #snapshot = :snapshot, digest = :digest',
        ExpressionAttributeNames: { '#snapshot': 'snapshot' },
        ExpressionAttributeValues: { ':snapshot': { S: JSON.stringify(forged) }, ':digest': { S: digest } },
      });
    await client.send(change(digestSnapshot(work.snapshot)));
    await expect(ledger.listContainments(work.snapshot.target)).rejects.toMatchObject({
      code: 'SnapshotAltered',
    });
    await expect(ledger.readEvent(work.eventID)).rejects.toMatchObject({ code: 'SnapshotAltered' });
    // Whoever forges the digest too is found out by the digest that the alert carries.
    await client.send(change(digestSnapshot(forged)));
    const [containment] = await ledger.listContainments(work.snapshot.target);
    expect(digestSnapshot(containment!.snapshot)).not.toBe(digestSnapshot(work.snapshot));
  });

  it('refuses a snapshot that was moved to another function', async () => {
    const work = nextWork();
    await begin(work);
    const other = nextWork();
    await begin(other);
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { ...composeSnapshotKey(other.snapshot.target, other.snapshot.containmentId) },
        UpdateExpression: 'SET #snapshot = :snapshot, digest = :digest',
        ExpressionAttributeNames: { '#snapshot': 'snapshot' },
        ExpressionAttributeValues: {
          ':snapshot': { S: JSON.stringify(work.snapshot) },
          ':digest': { S: digestSnapshot(work.snapshot) },
        },
      }),
    );
    await expect(ledger.listContainments(other.snapshot.target)).rejects.toMatchObject({
      code: 'SnapshotAltered',
    });
  });

  it('knows the functions whose guards follow the allowlist', async () => {
    const work = nextWork();
    const { functionArn } = work.snapshot.target;
    await begin(work);
    expect(await ledger.listGuardedFunctions()).not.toContain(functionArn);
    await ledger.settleContainment(work.eventID, work.snapshot, OUTCOME);
    expect(await ledger.listGuardedFunctions()).toContain(functionArn);
    await ledger.releaseFunction(functionArn);
    expect(await ledger.listGuardedFunctions()).not.toContain(functionArn);
  });

  it('lets one event alert about a violation a day, and counts the others', async () => {
    const firstTime = '2026-11-21T10:00:00.000Z';
    expect(await ledger.claimAlert('daily', 'one', NOW)).toEqual({ kind: 'claimed' });
    await ledger.confirmAlert('daily', 'one');
    expect(await ledger.claimAlert('daily', 'one', NOW + 1)).toEqual({
      kind: 'repeated',
      firstTime,
      eventID: 'one',
    });
    expect(await ledger.claimAlert('daily', 'two', NOW + 24 * HOUR - 1)).toEqual({
      kind: 'repeated',
      firstTime,
      eventID: 'one',
    });
    const item = await client.send(
      new GetItemCommand({ TableName: TABLE, Key: { ...composeAlertKey('daily') } }),
    );
    expect(item.Item?.['repetitions']).toEqual({ N: '2' });
    expect(await ledger.claimAlert('daily', 'two', NOW + 24 * HOUR)).toEqual({ kind: 'claimed' });
  });

  it('lets the same event claim an alert again that never went out, and another one after five minutes', async () => {
    expect(await ledger.claimAlert('crash', 'one', NOW)).toEqual({ kind: 'claimed' });
    expect(await ledger.claimAlert('crash', 'one', NOW + MINUTE)).toEqual({ kind: 'claimed' });
    expect(await ledger.claimAlert('crash', 'two', NOW + 5 * MINUTE)).toMatchObject({ kind: 'repeated' });
    expect(await ledger.claimAlert('crash', 'two', NOW + 6 * MINUTE)).toEqual({ kind: 'claimed' });
    await ledger.confirmAlert('crash', 'one');
    expect(await ledger.claimAlert('crash', 'two', NOW + 7 * MINUTE)).toEqual({ kind: 'claimed' });
    await ledger.confirmAlert('crash', 'two');
    expect(await ledger.claimAlert('crash', 'two', NOW + 8 * MINUTE)).toMatchObject({ kind: 'repeated' });
  });

  it('says what to do where its table is not there', async () => {
    const nowhere = new DynamodbLedger(client, 'nowhere');
    await expect(nowhere.readEvent('any')).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'LedgerMissing',
    });
  });
});
