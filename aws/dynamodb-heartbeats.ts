import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { BeatMark, BeatMarking, ChainMemory, Heartbeats } from '../containment/heartbeat-ports.ts';
import type { RecordPath } from '../containment/ports.ts';
import type { Beat, BeatSighting, BeatSightings } from '../core/heartbeat/beat.ts';
import type { Verdict } from '../core/verdict/decision.ts';
import { type Item, readItemNumber, readItemText, writeNumber, writeText } from './attribute-values.ts';
import { composeBeatItem, composeBeatKey, composeChainKey } from './heartbeat-items.ts';
import { raiseLedgerFault } from './ledger-fault.ts';
import { raiseAltered } from './ledger-items.ts';

/**
 * The heartbeat's calls and what became of them, in the ledger's table; `ledger-items.ts` says what lies where.
 *
 * IAM on the table: `dynamodb:GetItem`, `PutItem`, `UpdateItem`.
 */
export class DynamodbHeartbeats implements Heartbeats {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#table = tableName;
  }

  async readMemory(): Promise<ChainMemory | null> {
    const item = await this.#readItem(composeChainKey());
    return item === undefined ? null : parseMemory(item);
  }

  async writeMemory(memory: ChainMemory): Promise<void> {
    const item = { ...composeChainKey(), memory: writeText(JSON.stringify(memory)) };
    await this.#send(() => this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item })));
  }

  async storeBeat(beat: Beat): Promise<void> {
    const command = new PutItemCommand({ TableName: this.#table, Item: composeBeatItem(beat) });
    await this.#send(() => this.#client.send(command));
  }

  async readSightings(requestID: string): Promise<BeatSightings> {
    const item = await this.#readItem(composeBeatKey(requestID));
    return { live: readSighting(item, 'live'), sweep: readSighting(item, 'sweep') };
  }

  async markBeat({ requestID, eventID, path, verdict, seenMs }: BeatMark): Promise<BeatMarking> {
    const key = composeBeatKey(requestID);
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { ...key },
      UpdateExpression: 'SET #seenMs = :seenMs, #verdict = :verdict, #eventID = :eventID',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#seenMs)',
      ExpressionAttributeNames: {
        '#seenMs': `${path}Ms`,
        '#verdict': `${path}Verdict`,
        '#eventID': `${path}EventID`,
      },
      ExpressionAttributeValues: {
        ':seenMs': writeNumber(seenMs),
        ':verdict': writeText(verdict),
        ':eventID': writeText(eventID ?? ''),
      },
    });
    try {
      await this.#client.send(command);
      return 'first';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) return raiseLedgerFault(error, this.#table);
      return (await this.#readItem(key)) === undefined ? 'unknown' : 'repeated';
    }
  }

  async #readItem(key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#table, Key: { ...key }, ConsistentRead: true });
    const { Item: item } = await this.#send(() => this.#client.send(command));
    return item;
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      return raiseLedgerFault(error, this.#table);
    }
  }
}

function readSighting(item: Item | undefined, path: RecordPath): BeatSighting | null {
  const seenMs = readItemNumber(item, `${path}Ms`);
  const verdict = readItemText(item, `${path}Verdict`);
  return seenMs === undefined || verdict === undefined ? null : { seenMs, verdict: verdict as Verdict };
}

function parseMemory(item: Item): ChainMemory {
  try {
    return JSON.parse(readItemText(item, 'memory') ?? '') as ChainMemory;
  } catch {
    throw raiseAltered('heartbeat chain');
  }
}
