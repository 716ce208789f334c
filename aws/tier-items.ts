import { digestSnapshot } from '../containment/snapshot-digest.ts';
import type { TierRecord, TierSnapshot } from '../containment/tier-ports.ts';
import { isJsonObject } from '../core/json.ts';
import type { Tier } from '../core/tier/tier.ts';
import { type Item, readItemText, writeText } from './attribute-values.ts';
import { type LedgerKey, raiseAltered } from './ledger-items.ts';
import { storeSnapshot } from './stored-snapshot.ts';

/** The key of a tier of one function. */
export function composeTierKey(functionArn: string, tier: Tier): LedgerKey {
  return { pk: { S: `switch#${functionArn}` }, sk: { S: tier } };
}

/** The item of a tier that stands. Throws `PermanentError` where it would not fit; nothing has been changed then. */
export function composeTierItem(snapshot: TierSnapshot): Item {
  return {
    ...composeTierKey(snapshot.functionArn, snapshot.tier),
    state: writeText('standing'),
    ...storeSnapshot(snapshot),
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
  return state === 'standing'
    ? { snapshot, state }
    : { snapshot, state, retiredTime: readItemText(item, 'retiredTime') ?? null };
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
