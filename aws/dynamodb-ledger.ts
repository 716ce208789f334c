import {
  type CancellationReason,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type Update,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PermanentError, RetryableError } from '../containment/errors.ts';
import type {
  AlertClaim,
  BeginResult,
  Containment,
  Ledger,
  LedgerEvent,
  PolicyTarget,
  Snapshot,
} from '../containment/ports.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { claimAlert, confirmAlert } from './alert-claims.ts';
import { type Item, readItemText, writeText } from './attribute-values.ts';
import { hasFailedCondition, raiseLedgerFault } from './ledger-fault.ts';
import {
  CONTAINMENT_PREFIX,
  composeEventKey,
  composeGuardedKey,
  composeLockKey,
  composePostponedItem,
  composePostponedKey,
  composeTargetPartition,
  GUARDED_PARTITION,
  type LedgerKey,
  POSTPONED_PARTITION,
  readContainment,
  readOutcome,
} from './ledger-items.ts';
import { countWrite, explainLock, freeLock, type LockRequest, retakeLock, takeLock } from './ledger-lock.ts';
import {
  forgetEvent,
  forgetSnapshot,
  markResumed,
  putEvent,
  putSnapshot,
  replaceSnapshot,
  rollBackSnapshot,
  settleEvent,
  settleSnapshot,
} from './ledger-writes.ts';

/**
 * The write-ahead ledger in one DynamoDB table; `ledger-items.ts` says what lies where. Every read is consistent.
 *
 * IAM on the table: `dynamodb:GetItem`, `PutItem`, `UpdateItem`, `DeleteItem`, `Query` (a transaction needs those of
 * its parts).
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export class DynamodbLedger implements Ledger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #nowMs: () => number;

  /** `nowMs` dates what the port carries no time for: from when on a rolled back snapshot may go. */
  constructor(client: DynamoDBClient, tableName: string, nowMs: () => number = Date.now) {
    this.#client = client;
    this.#table = tableName;
    this.#nowMs = nowMs;
  }

  async readEvent(eventID: string): Promise<LedgerEvent> {
    const item = await this.#readItem(composeEventKey(eventID));
    if (item === undefined) return { kind: 'unknown' };
    if (readItemText(item, 'state') === 'settled') return { kind: 'settled', outcome: readOutcome(item) };
    return { kind: 'begun', snapshot: await this.#readFirstSnapshot(item) };
  }

  async beginContainment(
    eventID: string,
    snapshot: Snapshot,
    leaseUntilMs: number,
    nowMs: number,
  ): Promise<BeginResult> {
    const request = { table: this.#table, eventID, target: snapshot.target, leaseUntilMs, nowMs };
    const failed = await this.#transact([
      { Put: putEvent(this.#table, eventID, snapshot, nowMs) },
      { Update: snapshot.purpose === 'rollback' ? retakeLock(request) : takeLock(request) },
      { Put: putSnapshot(this.#table, eventID, snapshot) },
    ]);
    if (failed.size === 0) return { kind: 'begun' };
    if (failed.has(0)) return this.#resume(request);
    if (failed.has(1)) return this.#explainLock(request);
    throw this.#contended();
  }

  async amendSnapshot(eventID: string, snapshot: Snapshot): Promise<void> {
    const failed = await this.#transact([{ Put: replaceSnapshot(this.#table, eventID, snapshot) }]);
    if (failed.size > 0) throw this.#contended();
  }

  async settleContainment(eventID: string, snapshot: Snapshot, outcome: Outcome): Promise<void> {
    const settled = settleEvent(this.#table, eventID, outcome);
    await this.#send(() =>
      this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: { ...composeGuardedKey(snapshot.target.functionArn) },
        }),
      ),
    );
    const failed = await this.#transact([
      { Update: settled },
      { Update: settleSnapshot(this.#table, snapshot) },
      ...(snapshot.purpose === 'containment'
        ? [{ Update: countWrite(this.#table, snapshot.target, Date.parse(snapshot.storedTime)) }]
        : []),
    ]);
    // A snapshot that a person rolled back before the work was settled stays so; the event is dealt with all the same.
    if (failed.has(1) && !failed.has(0)) await this.#update(settled);
    await this.#update(freeLock(this.#table, eventID, snapshot.target));
  }

  /**
   * Where the event was resumed, an earlier run may have changed the policy after it stored this snapshot: then only
   * the lock is freed, and the snapshot stays for the next delivery and for a rollback.
   */
  async abandonContainment(eventID: string, snapshot: Snapshot): Promise<void> {
    await this.#transact([
      { Delete: forgetEvent(this.#table, eventID, snapshot) },
      { Delete: forgetSnapshot(this.#table, snapshot) },
    ]);
    await this.#update(freeLock(this.#table, eventID, snapshot.target));
  }

  async listContainments(target: PolicyTarget): Promise<readonly Containment[]> {
    const items = await this.#query({
      KeyConditionExpression: 'pk = :target AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':target': composeTargetPartition(target),
        ':prefix': writeText(CONTAINMENT_PREFIX),
      },
      ScanIndexForward: false,
    });
    return items.map(readContainment);
  }

  async markRolledBack(target: PolicyTarget, containmentIds: readonly string[]): Promise<void> {
    for (const containmentId of containmentIds) {
      await this.#update(rollBackSnapshot(this.#table, target, containmentId, this.#nowMs()));
    }
  }

  async listGuardedFunctions(): Promise<readonly string[]> {
    return this.#listFunctions(GUARDED_PARTITION);
  }

  async listPostponed(): Promise<readonly string[]> {
    return this.#listFunctions(POSTPONED_PARTITION);
  }

  async forgetPostponed(functionArn: string): Promise<void> {
    await this.#delete(composePostponedKey(functionArn));
  }

  async releaseFunction(functionArn: string): Promise<void> {
    await this.#delete(composeGuardedKey(functionArn));
  }

  async claimAlert(violationKey: string, eventID: string, nowMs: number): Promise<AlertClaim> {
    return this.#send(() => claimAlert(this.#client, this.#table, violationKey, eventID, nowMs));
  }

  async confirmAlert(violationKey: string, eventID: string): Promise<void> {
    await this.#send(() => confirmAlert(this.#client, this.#table, violationKey, eventID));
  }

  /** The event began before: settled, or left unfinished by a run that died; then its lock is taken again. */
  async #resume(request: LockRequest): Promise<BeginResult> {
    const known = await this.readEvent(request.eventID);
    if (known.kind === 'settled') return known;
    if (known.kind === 'unknown') throw this.#contended();
    const first = composeTargetPartition(known.snapshot.target).S;
    if (first !== composeTargetPartition(request.target).S) {
      throw new PermanentError(
        'EventOfAnotherTarget',
        `event \`${request.eventID}\` was about \`${first}\` before`,
      );
    }
    const failed = await this.#transact([
      { Update: markResumed(this.#table, request.eventID) },
      { Update: retakeLock(request) },
    ]);
    if (failed.size === 0) return { kind: 'resumed', snapshot: known.snapshot };
    if (failed.has(0)) throw this.#contended();
    return { kind: 'busy' };
  }

  async #explainLock(request: LockRequest): Promise<BeginResult> {
    const why = explainLock(await this.#readItem(composeLockKey(request.target)), request);
    // The lock was freed since: the next delivery gets it.
    if (why === 'free') throw this.#contended();
    if (why === 'exhausted') await this.#postpone(request);
    return { kind: why };
  }

  async #postpone({ target, nowMs }: LockRequest): Promise<void> {
    const item = composePostponedItem(target.functionArn, nowMs);
    await this.#send(() => this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item })));
  }

  async #listFunctions(partition: LedgerKey['pk']): Promise<readonly string[]> {
    const items = await this.#query({
      KeyConditionExpression: 'pk = :partition',
      ExpressionAttributeValues: { ':partition': partition },
    });
    return items.map((item) => readItemText(item, 'sk') ?? '');
  }

  async #delete(key: LedgerKey): Promise<void> {
    const command = new DeleteItemCommand({ TableName: this.#table, Key: { ...key } });
    await this.#send(() => this.#client.send(command));
  }

  #contended(): RetryableError {
    return new RetryableError('LedgerContended', 'another run is dealing with the same event or function');
  }

  async #readFirstSnapshot(event: Item): Promise<Snapshot> {
    const key: LedgerKey = {
      pk: { S: readItemText(event, 'targetPartition') ?? '' },
      sk: { S: `${CONTAINMENT_PREFIX}${readItemText(event, 'containmentId') ?? ''}` },
    };
    const item = await this.#readItem(key);
    if (item === undefined) {
      throw new PermanentError(
        'SnapshotMissing',
        `the ledger has no \`${key.sk.S}\` for an event that began`,
      );
    }
    return readContainment(item).snapshot;
  }

  /** Which parts of a transaction did not meet their conditions; none means that all of it is written. */
  async #transact(parts: TransactWriteItem[]): Promise<ReadonlySet<number>> {
    try {
      await this.#client.send(new TransactWriteItemsCommand({ TransactItems: parts }));
      return new Set();
    } catch (error) {
      const failed = listFailedConditions(error);
      return failed.size > 0 ? failed : raiseLedgerFault(error, this.#table);
    }
  }

  /** An update whose condition says whether there still is something to do. */
  async #update(update: Update): Promise<void> {
    try {
      await this.#client.send(new UpdateItemCommand(update));
    } catch (error) {
      if (!hasFailedCondition(error)) raiseLedgerFault(error, this.#table);
    }
  }

  async #readItem(key: LedgerKey): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#table, Key: { ...key }, ConsistentRead: true });
    return (await this.#send(() => this.#client.send(command))).Item;
  }

  async #query(query: Omit<QueryCommandInput, 'TableName' | 'ConsistentRead'>): Promise<readonly Item[]> {
    return this.#send(async () => {
      const items: Item[] = [];
      const pages = paginateQuery(
        { client: this.#client },
        { ...query, TableName: this.#table, ConsistentRead: true },
      );
      for await (const page of pages) items.push(...(page.Items ?? []));
      return items;
    });
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      return raiseLedgerFault(error, this.#table);
    }
  }
}

function listFailedConditions(error: unknown): ReadonlySet<number> {
  const reasons: readonly CancellationReason[] =
    error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  return new Set(
    reasons.flatMap((reason, index) => (reason.Code === 'ConditionalCheckFailed' ? [index] : [])),
  );
}
