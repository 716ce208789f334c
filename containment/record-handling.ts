import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { Guard } from '../core/guard.ts';
import { learnMapping } from '../core/record/learnt-mapping.ts';
import { rememberMapping } from './mapping.ts';
import { type Delivery, type Remediation, type RemediationPorts, remediateRecord } from './remediation.ts';

/** Everything that dealing with any record acts on. */
export type RecordPorts = RemediationPorts;

/** What became of a record: of a call, or of a change. */
export type Handled = Remediation | { readonly kind: 'learnt'; readonly memory: 'remembered' | 'foreign' };

/**
 * Deals with one record, whichever path it came by: learns from it, answers a change, or remediates a call.
 * Throws where the same delivery should be tried again.
 */
export async function handleRecord(
  delivery: Delivery,
  allowlist: Allowlist,
  guard: Guard,
  ports: RecordPorts,
): Promise<Handled> {
  const learnt = learnMapping(delivery.input);
  if (learnt !== undefined) {
    return { kind: 'learnt', memory: await rememberMapping(learnt, guard, ports.mappingMemory) };
  }
  return remediateRecord(delivery, allowlist, guard, ports);
}
