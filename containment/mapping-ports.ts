import type { LearntMapping } from '../core/record/learnt-mapping.ts';

/** How an attempt to disable a mapping ended. */
export type DisableResult =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'alreadyDisabled' }
  | { readonly kind: 'missing' };

/** Looks at and disables event source mappings, which no policy of the function stops. */
export interface EventSourceMappings {
  /** The ARN of the mapping's source; null where the mapping is gone or has none (self-managed Kafka). */
  readSource(mappingArn: string): Promise<string | null>;
  /** The ARN of the function, version or alias that the mapping calls; null where the mapping is gone. */
  readFunction(mappingArn: string): Promise<string | null>;
  disableMapping(mappingArn: string): Promise<DisableResult>;
}

/**
 * Remembers the sources of event source mappings, so that one that is gone can still be judged, and which of them the
 * guard disables, so that it knows its own writes. Throws `RetryableError` where it cannot be reached.
 */
export interface MappingMemory {
  /** Remembers it for months; again where it was remembered before. */
  rememberSource(mapping: LearntMapping): Promise<void>;
  /** The ARN of the mapping's source; null where nothing is remembered. */
  recallSource(mappingArn: string): Promise<string | null>;
  /** Notes that the guard is about to disable it. */
  noteDisabling(mappingArn: string, nowMs: number): Promise<void>;
  /** When that was noted last, in epoch milliseconds; null where it was not, or months ago. */
  recallDisabling(mappingArn: string): Promise<number | null>;
}
