import { type Caller, isMappingArn } from '../caller/caller.ts';
import { type Allowlist, type InvokerEntry, listInvokers } from './allowlist.ts';
import { findFunctionEntry } from './function-match.ts';

/**
 * Names the event source mapping whose source the verdict on a call depends on: the mapping that called, where an
 * entry of the function lists a source. Null for all other calls, which are judged without looking anything up.
 */
export function findAskedMapping(
  caller: Caller,
  functionArn: string | null,
  allowlist: Allowlist,
): string | null {
  if (caller.kind !== 'eventSourceMapping' || functionArn === null) return null;
  const guarded = findFunctionEntry(allowlist, functionArn);
  if (guarded === undefined) return null;
  return listInvokers(allowlist, guarded).some(listsSource) ? caller.mappingArn : null;
}

function listsSource(entry: InvokerEntry): boolean {
  return entry.kind === 'eventSourceMapping' && !isMappingArn(entry.eventSourceMapping);
}
