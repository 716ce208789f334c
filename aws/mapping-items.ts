import type { LearntMapping } from '../core/record/learnt-mapping.ts';
import { type Item, writeExpiry, writeNumber, writeText } from './attribute-values.ts';
import type { LedgerKey } from './ledger-items.ts';

/** Far longer than a record of a call can be on its way; a mapping that still exists is learnt again when it calls. */
const MAPPING_DAYS = 90;

/** The key of what is known about an event source mapping. */
export function composeMappingKey(mappingArn: string): LedgerKey {
  return { pk: { S: `mapping#${mappingArn}` }, sk: { S: 'source' } };
}

/** The key of what the guard does to an event source mapping. */
export function composeDisablingKey(mappingArn: string): LedgerKey {
  return { pk: { S: `mapping#${mappingArn}` }, sk: { S: 'disabling' } };
}

/** The item of a mapping that the guard is about to disable. */
export function composeDisablingItem(mappingArn: string, nowMs: number): Item {
  return {
    ...composeDisablingKey(mappingArn),
    notedMs: writeNumber(nowMs),
    expiresAt: writeExpiry(nowMs, MAPPING_DAYS),
  };
}

/** The item of a mapping that was learnt now. */
export function composeMappingItem({ mappingArn, sourceArn }: LearntMapping, nowMs: number): Item {
  return {
    ...composeMappingKey(mappingArn),
    sourceArn: writeText(sourceArn),
    expiresAt: writeExpiry(nowMs, MAPPING_DAYS),
  };
}
