import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { Guard } from '../core/guard.ts';
import { learnMapping } from '../core/record/learnt-mapping.ts';
import { type ChangePorts, type ChangeResponse, respondToChange } from './change-response.ts';
import type { DealtWith } from './dealing-once.ts';
import type { Delivery } from './delivery.ts';
import { rememberMapping } from './mapping.ts';
import { type Remediation, type RemediationPorts, remediateRecord } from './remediation.ts';

/** Everything that dealing with any record acts on. */
export type RecordPorts = RemediationPorts & ChangePorts;

/** What became of a record: of a call, or of a change. */
export type Handled = Remediation | LearntRecord | HandledChange;

/** A record of an event source mapping that is not the guard's to judge. */
export interface LearntRecord {
  readonly kind: 'learnt';
  readonly memory: Memory;
}

/** A record of a change that was answered; `memory` is null unless it is about an event source mapping. */
export interface HandledChange {
  readonly kind: 'change';
  readonly response: Exclude<ChangeResponse, DealtWith | { readonly kind: 'foreign' }>;
  readonly memory: Memory | null;
}

type Memory = 'remembered' | 'foreign';

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
  const memory = learnt === undefined ? null : await rememberMapping(learnt, guard, ports.mappingMemory);
  const response = await respondToChange(delivery, allowlist, guard, ports);
  if (response === undefined) return remediateRecord(delivery, allowlist, guard, ports);
  if (response.kind === 'dealtWith') return response;
  if (response.kind !== 'foreign') return { kind: 'change', response, memory };
  return memory === null ? { kind: 'skipped', reason: response.reason } : { kind: 'learnt', memory };
}
