import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isJsonObject } from '../core/json.ts';
import type { Snapshot } from './ports.ts';
import type { TierSnapshot } from './tier-ports.ts';

/**
 * SHA-256 (hex) over a snapshot's JSON with sorted keys. The ledger stores it beside the snapshot and the alert
 * carries it, so that somebody who can write the table, but not the inboxes, cannot choose the policy or setting that
 * a person restores unnoticed.
 */
export function digestSnapshot(snapshot: Snapshot | TierSnapshot): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(sortKeys(snapshot)))));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}
