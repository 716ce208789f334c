import { PermanentError } from '../containment/errors.ts';
import { digestSnapshot } from '../containment/snapshot-digest.ts';
import type { TierRecord, TierSnapshot } from '../containment/tier-ports.ts';
import { isJsonObject } from '../core/json.ts';
import type { Tier } from '../core/tier/tier.ts';
import { type Item, readItemText, writeText } from './attribute-values.ts';
import { type LedgerKey, raiseAltered } from './ledger-items.ts';

/** DynamoDB takes 400 KB an item, names included; the rest of the item is small. */
const MAX_SNAPSHOT_BYTES = 390_000;

/** The key of a tier of one function. */
export function composeTierKey(functionArn: string, tier: Tier): LedgerKey {
  return { pk: { S: `switch#${functionArn}` }, sk: { S: tier } };
}

/** The item of a tier that stands. Throws `PermanentError` where it would not fit; nothing has been changed then. */
export function composeTierItem(snapshot: TierSnapshot): Item {
  const text = JSON.stringify(snapshot);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SNAPSHOT_BYTES) {
    throw new PermanentError(
      'SnapshotTooLarge',
      `the settings before the change take ${bytes} bytes to store, expected at most ${MAX_SNAPSHOT_BYTES}: nothing was changed`,
    );
  }
  return {
    ...composeTierKey(snapshot.functionArn, snapshot.tier),
    state: writeText('standing'),
    snapshot: writeText(text),
    digest: writeText(digestSnapshot(snapshot)),
  };
}

/** Reads a stored tier. Throws `PermanentError` `SnapshotAltered` where it does not match its digest or its key. */
export function readTierRecord(item: Item): TierRecord {
  const key = `${readItemText(item, 'pk') ?? ''} ${readItemText(item, 'sk') ?? ''}`;
  const snapshot = parseSnapshot(readItemText(item, 'snapshot'));
  const state = readItemText(item, 'state');
  if (snapshot === undefined || (state !== 'standing' && state !== 'rolledBack')) throw raiseAltered(key);
  const expected = composeTierKey(snapshot.functionArn, snapshot.tier);
  const matches =
    digestSnapshot(snapshot) === readItemText(item, 'digest') && key === `${expected.pk.S} ${expected.sk.S}`;
  if (!matches) throw raiseAltered(key);
  return { snapshot, state };
}

function parseSnapshot(text: string | undefined): TierSnapshot | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isJsonObject(value) && Array.isArray(value['changes'])
      ? (value as unknown as TierSnapshot)
      : undefined;
  } catch {
    return undefined;
  }
}
