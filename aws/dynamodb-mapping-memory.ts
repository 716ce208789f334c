import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { MappingMemory } from '../containment/mapping-ports.ts';
import type { LearntMapping } from '../core/record/learnt-mapping.ts';
import { readItemNumber, readItemText } from './attribute-values.ts';
import { raiseLedgerFault } from './ledger-fault.ts';
import {
  composeDisablingItem,
  composeDisablingKey,
  composeMappingItem,
  composeMappingKey,
} from './mapping-items.ts';

/** What one running function keeps at hand; more would only be kept by mistake. */
const MOST_SOURCES = 1_000;

/**
 * The sources of event source mappings in the ledger's table; `ledger-items.ts` says what lies where. What was read or
 * written once is not read again while the function runs: a mapping's source cannot be changed.
 *
 * IAM on the table: `dynamodb:GetItem`, `PutItem`.
 */
export class DynamodbMappingMemory implements MappingMemory {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #nowMs: () => number;
  readonly #atHand = new Map<string, string>();

  /** `nowMs` dates from when on a mapping may be forgotten. */
  constructor(client: DynamoDBClient, tableName: string, nowMs: () => number = Date.now) {
    this.#client = client;
    this.#table = tableName;
    this.#nowMs = nowMs;
  }

  async rememberSource(mapping: LearntMapping): Promise<void> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: composeMappingItem(mapping, this.#nowMs()),
    });
    await this.#send(() => this.#client.send(command));
    this.#keep(mapping);
  }

  async recallSource(mappingArn: string): Promise<string | null> {
    const known = this.#atHand.get(mappingArn);
    if (known !== undefined) return known;
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: { ...composeMappingKey(mappingArn) },
      ConsistentRead: true,
    });
    const { Item: item } = await this.#send(() => this.#client.send(command));
    const sourceArn = readItemText(item, 'sourceArn');
    if (sourceArn === undefined) return null;
    this.#keep({ mappingArn, sourceArn });
    return sourceArn;
  }

  async noteDisabling(mappingArn: string, nowMs: number): Promise<void> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: composeDisablingItem(mappingArn, nowMs),
    });
    await this.#send(() => this.#client.send(command));
  }

  async recallDisabling(mappingArn: string): Promise<number | null> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: { ...composeDisablingKey(mappingArn) },
      ConsistentRead: true,
    });
    const { Item: item } = await this.#send(() => this.#client.send(command));
    return readItemNumber(item, 'notedMs') ?? null;
  }

  #keep({ mappingArn, sourceArn }: LearntMapping): void {
    if (this.#atHand.size >= MOST_SOURCES) this.#atHand.clear();
    this.#atHand.set(mappingArn, sourceArn);
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      return raiseLedgerFault(error, this.#table);
    }
  }
}
