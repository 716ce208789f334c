import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { RecordPath, Sighting, SightingClaim, Sightings } from '../containment/ports.ts';
import { type Item, readItemText, writeExpiry, writeNumber, writeText } from './attribute-values.ts';
import { hasFailedCondition, raiseLedgerFault } from './ledger-fault.ts';
import { composeSightingKey } from './ledger-items.ts';

/** A run that has not confirmed after this long is dead: the functions' own time limits are below it. */
const TAKEOVER_MS = 16 * 60_000;
/** Longer than a record can wait in any queue. */
const KEPT_DAYS = 90;

/**
 * Which findings were dealt with, in the ledger's table; `ledger-items.ts` says what lies where.
 *
 * IAM on the table: `dynamodb:GetItem`, `UpdateItem`.
 */
export class DynamodbSightings implements Sightings {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#table = tableName;
  }

  async readSighting(eventID: string): Promise<Sighting> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: { ...composeSightingKey(eventID) },
      ConsistentRead: true,
    });
    const { Item: item } = await this.#send(() => this.#client.send(command));
    return readItemText(item, 'state') === 'confirmed'
      ? { kind: 'dealtWith', by: readPath(item) }
      : { kind: 'unseen' };
  }

  async claimSighting(eventID: string, path: RecordPath, nowMs: number): Promise<SightingClaim> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { ...composeSightingKey(eventID) },
      UpdateExpression: 'SET #state = :claimed, #path = :path, claimedMs = :now, expiresAt = :expiry',
      ConditionExpression:
        'attribute_not_exists(pk) OR (#state = :claimed AND (#path = :path OR claimedMs <= :takeover))',
      ExpressionAttributeNames: { '#state': 'state', '#path': 'path' },
      ExpressionAttributeValues: {
        ':claimed': writeText('claimed'),
        ':path': writeText(path),
        ':now': writeNumber(nowMs),
        ':takeover': writeNumber(nowMs - TAKEOVER_MS),
        ':expiry': writeExpiry(nowMs, KEPT_DAYS),
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await this.#client.send(command);
      return { kind: 'claimed' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) return raiseLedgerFault(error, this.#table);
      // An endpoint that does not answer the item says no more than that somebody has it.
      return readItemText(error.Item, 'state') === 'confirmed'
        ? { kind: 'dealtWith', by: readPath(error.Item) }
        : this.#explainClaim(eventID);
    }
  }

  async confirmSighting(eventID: string, path: RecordPath): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { ...composeSightingKey(eventID) },
      UpdateExpression: 'SET #state = :confirmed',
      ConditionExpression: '#path = :path',
      ExpressionAttributeNames: { '#state': 'state', '#path': 'path' },
      ExpressionAttributeValues: { ':confirmed': writeText('confirmed'), ':path': writeText(path) },
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      // The other path took it over meanwhile, and deals with it.
      if (!hasFailedCondition(error)) raiseLedgerFault(error, this.#table);
    }
  }

  async #explainClaim(eventID: string): Promise<SightingClaim> {
    const sighting = await this.readSighting(eventID);
    return sighting.kind === 'dealtWith' ? sighting : { kind: 'busy' };
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      return raiseLedgerFault(error, this.#table);
    }
  }
}

function readPath(item: Item | undefined): RecordPath {
  return readItemText(item, 'path') === 'sweep' ? 'sweep' : 'live';
}
