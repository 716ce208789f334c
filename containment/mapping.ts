import type { Outcome } from '../core/alert/outcome.ts';
import { type Allowlist, type InvokerEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import { type Caller, isMappingArn } from '../core/caller/caller.ts';
import { PermanentError } from './errors.ts';
import type { EventSourceMappings } from './ports.ts';

/**
 * Looks up the source of the mapping that called, where an entry of the function lists a source: the record names only
 * the mapping. A mapping that is gone stays unresolved, and so does one that the guard may not read: the verdict then
 * is undetermined wherever it matters.
 */
export async function resolveMapping(
  caller: Caller,
  functionArn: string | null,
  allowlist: Allowlist,
  mappings: EventSourceMappings,
): Promise<ResolvedMappings> {
  if (caller.kind !== 'eventSourceMapping' || functionArn === null) return new Map();
  const guarded = findFunctionEntry(allowlist, functionArn);
  if (guarded === undefined || !listInvokers(allowlist, guarded).some(listsSource)) return new Map();
  const source = await readSource(caller.mappingArn, mappings);
  return source === null ? new Map() : new Map([[caller.mappingArn, source]]);
}

function listsSource(entry: InvokerEntry): boolean {
  return entry.kind === 'eventSourceMapping' && !isMappingArn(entry.eventSourceMapping);
}

async function readSource(mappingArn: string, mappings: EventSourceMappings): Promise<string | null> {
  try {
    return await mappings.readSource(mappingArn);
  } catch (error) {
    if (error instanceof PermanentError) return null;
    throw error;
  }
}

/** Disables the one mapping that called. Where that fails, the outcome says that nothing is contained. */
export async function disableMapping(mappingArn: string, mappings: EventSourceMappings): Promise<Outcome> {
  const result = await mappings.disableMapping(mappingArn);
  switch (result.kind) {
    case 'disabled':
    case 'alreadyDisabled':
      return {
        kind: 'mappingDisabled',
        mappingArn,
        notStopped: [
          'batches that the poller has already taken still run',
          'whoever may call `lambda:CreateEventSourceMapping` can make another mapping',
        ],
      };
    case 'missing':
      return { kind: 'notAttempted', reason: 'the event source mapping does not exist any more' };
  }
}
