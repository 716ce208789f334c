import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import { type LearntMapping, learnMapping } from '../core/record/learnt-mapping.ts';

/** The sources of event source mappings, learnt from the logs themselves. */
export interface MappingMemory {
  /** What was learnt so far; grows as the logs are read. */
  readonly sources: ResolvedMappings;
  /** Reads one record; answers the ARN of the mapping that it teaches something new about, if any. */
  readonly learn: (input: unknown) => string | undefined;
  /** The same for what was read from a record before. */
  readonly keep: (learnt: LearntMapping) => string | undefined;
}

/** More than accounts have; logs that somebody filled with mappings must not fill the memory. */
const MOST_MAPPINGS = 100_000;

/**
 * Builds the memory of one reading of logs. A mapping's source cannot be changed, so a record teaches it for calls
 * before and after; beyond `most` mappings the one that was learnt first is forgotten.
 */
export function createMappingMemory(most: number = MOST_MAPPINGS): MappingMemory {
  const sources = new Map<string, string>();
  return {
    sources,
    keep,
    learn: (input) => {
      const learnt = learnMapping(input);
      return learnt === undefined ? undefined : keep(learnt);
    },
  };

  function keep({ mappingArn, sourceArn }: LearntMapping): string | undefined {
    if (sources.has(mappingArn)) return undefined;
    const [oldest] = sources.keys();
    if (oldest !== undefined && sources.size >= most) sources.delete(oldest);
    sources.set(mappingArn, sourceArn);
    return mappingArn;
  }
}
