import type { Beat } from '../core/heartbeat/beat.ts';
import { type Item, writeExpiry, writeNumber } from './attribute-values.ts';
import type { LedgerKey } from './ledger-items.ts';

/** Longer than a record can wait in any queue: later nobody could tell a beat from a stranger's call. */
const BEAT_DAYS = 30;

/** The key of a call by the heartbeat. */
export function composeBeatKey(requestID: string): LedgerKey {
  return { pk: { S: `heartbeat#${requestID}` }, sk: { S: 'beat' } };
}

/** The item of a call by the heartbeat that nobody has seen yet. */
export function composeBeatItem({ requestID, sentMs }: Beat): Item {
  return {
    ...composeBeatKey(requestID),
    sentMs: writeNumber(sentMs),
    expiresAt: writeExpiry(sentMs, BEAT_DAYS),
  };
}

/** The key of what the heartbeat remembers. */
export function composeChainKey(): LedgerKey {
  return { pk: { S: 'heartbeat' }, sk: { S: 'chain' } };
}
