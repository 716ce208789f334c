import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { digestSnapshot } from '../containment/snapshot-digest.ts';
import type { TierLedger, TierRecord, TierSnapshot, TierWrite } from '../containment/tier-ports.ts';
import type { Tier } from '../core/tier/tier.ts';
import { writeText } from './attribute-values.ts';
import { hasFailedCondition, raiseLedgerFault } from './ledger-fault.ts';
import { expireRolledBack } from './ledger-items.ts';
import { composeTierItem, composeTierKey, readTierRecord } from './tier-items.ts';

/** What a write has to find in order to be made. */
const AS_READ = '#state = :state AND digest = :digest';
const STATE = { '#state': 'state' };

/**
 * Tiers in the ledger's table; `ledger-items.ts` says what lies where.
 *
 * IAM on the table: `dynamodb:GetItem`, `PutItem`, `UpdateItem`.
 */
export class DynamodbTierLedger implements TierLedger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #nowMs: () => number;

  /** `nowMs` dates when a tier was taken back, and from when on it may go. */
  constructor(client: DynamoDBClient, tableName: string, nowMs: () => number = Date.now) {
    this.#client = client;
    this.#table = tableName;
    this.#nowMs = nowMs;
  }

  async readTier(functionArn: string, tier: Tier): Promise<TierRecord | null> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: { ...composeTierKey(functionArn, tier) },
      ConsistentRead: true,
    });
    try {
      const { Item: item } = await this.#client.send(command);
      return item === undefined ? null : readTierRecord(item);
    } catch (error) {
      return raiseLedgerFault(error, this.#table);
    }
  }

  async storeTier(snapshot: TierSnapshot, replaced: TierRecord | null): Promise<TierWrite> {
    const condition =
      replaced === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: AS_READ,
            ExpressionAttributeNames: STATE,
            ExpressionAttributeValues: {
              ':state': writeText(replaced.state),
              ':digest': writeText(digestSnapshot(replaced.snapshot)),
            },
          };
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: composeTierItem(snapshot),
      ...condition,
    });
    return this.#write(() => this.#client.send(command));
  }

  async retireTier(snapshot: TierSnapshot): Promise<TierWrite> {
    const nowMs = this.#nowMs();
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { ...composeTierKey(snapshot.functionArn, snapshot.tier) },
      UpdateExpression: 'SET #state = :rolledBack, retiredTime = :now, expiresAt = :expiry',
      ConditionExpression: AS_READ,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: {
        ':state': writeText('standing'),
        ':digest': writeText(digestSnapshot(snapshot)),
        ':rolledBack': writeText('rolledBack'),
        ':now': writeText(new Date(nowMs).toISOString()),
        ':expiry': expireRolledBack(nowMs),
      },
    });
    return this.#write(() => this.#client.send(command));
  }

  async #write(call: () => Promise<unknown>): Promise<TierWrite> {
    try {
      await call();
      return { kind: 'stored' };
    } catch (error) {
      return hasFailedCondition(error) ? { kind: 'conflict' } : raiseLedgerFault(error, this.#table);
    }
  }
}
