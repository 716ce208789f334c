import type { Outcome } from '../core/alert/outcome.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { findAskedMapping } from '../core/allowlist/asked-mapping.ts';
import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import { parseArn } from '../core/arn.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import type { LearntMapping } from '../core/record/learnt-mapping.ts';
import { PermanentError } from './errors.ts';
import type { EventSourceMappings, MappingMemory } from './mapping-ports.ts';
import type { Clock } from './ports.ts';

/** Where the source of a mapping is known from. */
export interface MappingPorts {
  readonly mappings: EventSourceMappings;
  readonly mappingMemory: MappingMemory;
}

/**
 * Tells the source of the mapping that called, where an entry of the function lists a source: the record names only the
 * mapping. What is remembered counts first, since the mapping may be gone; then Lambda is asked, and its answer is
 * remembered. A mapping that nobody knows stays unresolved, and so does one that the guard may not read: the verdict
 * then is undetermined wherever it matters.
 */
export async function resolveMapping(
  caller: Caller,
  functionArn: string | null,
  allowlist: Allowlist,
  { mappings, mappingMemory }: MappingPorts,
): Promise<ResolvedMappings> {
  const mappingArn = findAskedMapping(caller, functionArn, allowlist);
  if (mappingArn === null) return new Map();
  const recalled = await mappingMemory.recallSource(mappingArn);
  if (recalled !== null) return new Map([[mappingArn, recalled]]);
  const sourceArn = await readSource(mappingArn, mappings);
  if (sourceArn === null) return new Map();
  await mappingMemory.rememberSource({ mappingArn, sourceArn });
  return new Map([[mappingArn, sourceArn]]);
}

async function readSource(mappingArn: string, mappings: EventSourceMappings): Promise<string | null> {
  try {
    return await mappings.readSource(mappingArn);
  } catch (error) {
    if (error instanceof PermanentError) return null;
    throw error;
  }
}

/** Remembers what a management event taught, if the mapping is of the guard's own account and Region. */
export async function rememberMapping(
  mapping: LearntMapping,
  guard: Guard,
  memory: MappingMemory,
): Promise<'remembered' | 'foreign'> {
  const arn = parseArn(mapping.mappingArn);
  if (arn?.account !== guard.account || arn.region !== guard.region) return 'foreign';
  await memory.rememberSource(mapping);
  return 'remembered';
}

/**
 * Disables one mapping, noted first, so that the guard knows the record of it for its own. Where that fails, the outcome
 * says that nothing is contained.
 */
export async function disableMapping(
  mappingArn: string,
  { mappings, mappingMemory, clock }: MappingPorts & { readonly clock: Clock },
): Promise<Outcome> {
  await mappingMemory.noteDisabling(mappingArn, clock.nowMs());
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
