import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import { findPartition } from '../core/arn.ts';
import type { ConfigurationChange } from '../core/change/change.ts';
import { type ChangeOrigin, traceChange } from '../core/change/own-change.ts';
import type { StoredWrites } from '../core/change/stored-writes.ts';
import { type Guard, listGuardRoleArns } from '../core/guard.ts';
import { PermanentError } from './errors.ts';
import type { MappingMemory } from './mapping-ports.ts';
import type { Ledger } from './ports.ts';
import type { TierLedger } from './tier-ports.ts';

/** Where the guard's own writes, and those of people with its command, are known from. */
export interface OriginPorts {
  readonly ledger: Pick<Ledger, 'listContainments'>;
  readonly mappingMemory: Pick<MappingMemory, 'recallDisabling'>;
  readonly tiers: Pick<TierLedger, 'readTier'>;
}

/** Where a change comes from; `unreadable` where the ledger was changed by hand, and cannot tell. */
export type TracedOrigin =
  | { readonly kind: 'traced'; readonly origin: ChangeOrigin }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The ARNs of the guard's own roles. */
export function listOwnRoles({ account, region }: Guard): readonly string[] {
  return listGuardRoleArns({ partition: findPartition(region), region, account });
}

/** Finds out where a change comes from. Asks the ledger only what may explain this kind of change. */
export async function findOrigin(
  change: ConfigurationChange,
  allowlist: Allowlist,
  guard: Guard,
  ports: OriginPorts,
): Promise<TracedOrigin> {
  try {
    const stored = await readStoredWrites(change, ports);
    const mode = findFunctionEntry(allowlist, change.functionArn ?? '')?.mode ?? null;
    return { kind: 'traced', origin: traceChange(change, stored, listOwnRoles(guard), mode) };
  } catch (error) {
    if (error instanceof PermanentError) return { kind: 'unreadable', reason: error.message };
    throw error;
  }
}

const NOTHING: StoredWrites = { rewrites: [], disablingMs: null, restored: null };

async function readStoredWrites(
  { action, functionArn, qualifier }: ConfigurationChange,
  ports: OriginPorts,
): Promise<StoredWrites> {
  if (functionArn === null) return NOTHING;
  switch (action.kind) {
    case 'grant':
    case 'policy':
    case 'revocation':
    case 'policyRemoval':
      return { ...NOTHING, rewrites: await readRewrites(functionArn, qualifier, ports) };
    case 'mapping': {
      if (action.step !== 'changed' || action.mappingArn === null) return NOTHING;
      return action.polling === 'off'
        ? { ...NOTHING, disablingMs: await ports.mappingMemory.recallDisabling(action.mappingArn) }
        : { ...NOTHING, restored: await readRestored(functionArn, ports) };
    }
    case 'functionUrl':
      return action.step === 'changed'
        ? { ...NOTHING, restored: await readRestored(functionArn, ports) }
        : NOTHING;
    default:
      return NOTHING;
  }
}

async function readRewrites(
  functionArn: string,
  qualifier: string | null,
  { ledger }: OriginPorts,
): Promise<StoredWrites['rewrites']> {
  const containments = await ledger.listContainments({ functionArn, qualifier });
  return containments.map(({ snapshot, state }) => ({
    before: snapshot.policy,
    removed: snapshot.plan.removed,
    added: snapshot.plan.added,
    storedTime: snapshot.storedTime,
    state: state === 'rolledBack' ? 'undone' : 'standing',
  }));
}

async function readRestored(functionArn: string, { tiers }: OriginPorts): Promise<StoredWrites['restored']> {
  const record = await tiers.readTier(functionArn, 'disable-triggers');
  return record?.state === 'rolledBack' && record.retiredTime !== null
    ? { switches: record.snapshot.changes, atMs: Date.parse(record.retiredTime) }
    : null;
}
