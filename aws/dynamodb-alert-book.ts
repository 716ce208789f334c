import {
  DeleteItemCommand,
  type DynamoDBClient,
  paginateQuery,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type Update,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type AlertBook,
  MESSAGES_PER_GROUP,
  MESSAGES_PER_WINDOW,
  type MessageGrant,
  type MessageSpender,
  type PendingFindings,
} from '../containment/alert-ports.ts';
import type { DeferredFinding, GroupName, PendingGroup } from '../core/alert/finding-group.ts';
import { type Item, readItemNumber, writeExpiry, writeNumber, writeText } from './attribute-values.ts';
import { hasFailedCondition, raiseLedgerFault } from './ledger-fault.ts';
import type { LedgerKey } from './ledger-items.ts';
import {
  addDeferred,
  addRepetition,
  composeFindingItem,
  composeGroupWindowKey,
  composePendingKey,
  composeWindowKey,
  nameHour,
  PENDING_PARTITION,
  readPendingGroup,
  subtractTold,
} from './pending-items.ts';

const WINDOW_DAYS = 2;

/**
 * Messages counted and findings kept for the digest, in the ledger's table; `ledger-items.ts` says what lies where.
 *
 * All that waits is in one partition and all findings of an hour in another: a deferred finding takes about eight
 * write units of the 1,000 a second that a partition takes, which is more than the guard's functions can judge.
 *
 * IAM on the table: `dynamodb:PutItem`, `UpdateItem`, `DeleteItem`, `Query`.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export class DynamodbAlertBook implements AlertBook {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  /** The hours whose messages are used up: in a storm nobody asks for each finding again. */
  readonly #spentHours = new Map<MessageSpender['kind'], string>();

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#table = tableName;
  }

  async takeMessage(spender: MessageSpender, nowMs: number): Promise<MessageGrant> {
    const hour = nameHour(nowMs);
    if (this.#spentHours.get(spender.kind) === hour) return { kind: 'spent' };
    const leftOfGroup =
      spender.kind === 'finding'
        ? await this.#count(
            composeGroupWindowKey(spender.groupID, nowMs),
            'messages',
            MESSAGES_PER_GROUP,
            nowMs,
          )
        : undefined;
    if (leftOfGroup === 'spent') return { kind: 'spent' };
    const limit = MESSAGES_PER_WINDOW[spender.kind];
    const left = await this.#count(composeWindowKey(nowMs), spender.kind, limit, nowMs);
    if (left === 'spent') {
      this.#spentHours.set(spender.kind, hour);
      return { kind: 'spent' };
    }
    return { kind: 'granted', last: left === 0 ? 'ofHour' : leftOfGroup === 0 ? 'ofGroup' : 'no' };
  }

  /** Counts one up to a limit, and answers how many are left. */
  async #count(key: LedgerKey, name: string, limit: number, nowMs: number): Promise<number | 'spent'> {
    const counted = await this.#update({
      TableName: this.#table,
      Key: { ...key },
      UpdateExpression: 'SET expiresAt = :expiry ADD #name :one',
      ConditionExpression: 'attribute_not_exists(#name) OR #name < :limit',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: {
        ':one': writeNumber(1),
        ':limit': writeNumber(limit),
        ':expiry': writeExpiry(nowMs, WINDOW_DAYS),
      },
    });
    if (counted.kind === 'refused') return 'spent';
    return limit - (readItemNumber(counted.item, name) ?? limit);
  }

  async deferFinding(finding: DeferredFinding): Promise<void> {
    const command = new TransactWriteItemsCommand({
      TransactItems: [
        {
          Put: {
            TableName: this.#table,
            Item: composeFindingItem(finding),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Update: addDeferred(this.#table, finding) },
      ],
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      if (!isKept(error)) raiseLedgerFault(error, this.#table);
    }
  }

  async countRepetition(group: GroupName, eventID: string, nowMs: number): Promise<void> {
    await this.#update(addRepetition(this.#table, group, eventID, new Date(nowMs).toISOString()));
  }

  async readPending(most: number): Promise<PendingFindings> {
    const groups: PendingGroup[] = [];
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pending',
        ExpressionAttributeValues: { ':pending': PENDING_PARTITION },
        ConsistentRead: true,
      },
    );
    try {
      for await (const page of pages) {
        groups.push(...(page.Items ?? []).map(readPendingGroup));
        if (groups.length > most) return { groups: groups.slice(0, most), rest: 'more' };
      }
    } catch (error) {
      raiseLedgerFault(error, this.#table);
    }
    return { groups, rest: 'none' };
  }

  async removeTold(group: PendingGroup): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: composePendingKey(group.groupID),
      ConditionExpression: 'batchID = :batch AND deferrals = :deferred AND repetitions = :repeated',
      ExpressionAttributeValues: {
        ':batch': writeText(group.batch),
        ':deferred': writeNumber(group.deferred),
        ':repeated': writeNumber(group.repeated),
      },
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      if (!hasFailedCondition(error)) raiseLedgerFault(error, this.#table);
      await this.#update(subtractTold(this.#table, group));
    }
  }

  /** An update whose condition says whether there still is something to do. */
  async #update(
    update: Update,
  ): Promise<{ readonly kind: 'updated'; readonly item: Item | undefined } | { readonly kind: 'refused' }> {
    try {
      const { Attributes: item } = await this.#client.send(
        new UpdateItemCommand({ ...update, ReturnValues: 'UPDATED_NEW' }),
      );
      return { kind: 'updated', item };
    } catch (error) {
      if (!hasFailedCondition(error)) raiseLedgerFault(error, this.#table);
      return { kind: 'refused' };
    }
  }
}

/** The finding was there already, and counted with it. */
function isKept(error: unknown): boolean {
  return (
    error instanceof TransactionCanceledException &&
    error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed'
  );
}
