import { PermanentError } from '../containment/errors.ts';
import { digestSnapshot } from '../containment/snapshot-digest.ts';
import { type Item, writeText } from './attribute-values.ts';

/** DynamoDB takes 400 KB an item, names included; the rest of the item is small. */
const MAX_SNAPSHOT_BYTES = 390_000;

/**
 * The attributes that hold a snapshot and its digest. Throws `PermanentError` where it would not fit; nothing has been
 * changed then.
 */
export function storeSnapshot(snapshot: Parameters<typeof digestSnapshot>[0]): Item {
  const text = JSON.stringify(snapshot);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SNAPSHOT_BYTES) {
    throw new PermanentError(
      'SnapshotTooLarge',
      `what was there before the change takes ${bytes} bytes to store, expected at most ${MAX_SNAPSHOT_BYTES}: nothing was changed`,
    );
  }
  return { snapshot: writeText(text), digest: writeText(digestSnapshot(snapshot)) };
}
