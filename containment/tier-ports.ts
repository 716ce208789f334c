import type { SwitchChange, SwitchSettings, Tier } from '../core/tier/tier.ts';

/** What a read of a function's switches found. */
export type SwitchReading =
  | { readonly kind: 'present'; readonly settings: SwitchSettings }
  | { readonly kind: 'missing' };

/** How the turning of one switch ended. */
export type SwitchResult =
  | { readonly kind: 'turned' }
  /** The function, mapping or URL is gone. */
  | { readonly kind: 'missing' }
  /** AWS will not take this setting; `reason` says what it said. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Reads and turns the settings of a function that stop it from running. AWS offers no compare-and-swap for them: what
 * somebody else sets between the read and the write is overwritten.
 * Throttling and network faults are thrown as `RetryableError`, missing rights as `PermanentError`.
 */
export interface FunctionSwitches {
  /** Reads what one tier turns, and nothing else. */
  readSwitches(functionArn: string, tier: Tier): Promise<SwitchReading>;
  /** Sets one switch to what the change calls `after`. */
  turnSwitch(functionArn: string, change: SwitchChange): Promise<SwitchResult>;
}

/** What is stored before a tier changes anything: enough to put every switch back. */
export interface TierSnapshot {
  readonly functionArn: string;
  readonly tier: Tier;
  readonly runID: string;
  /** ISO-8601 UTC. */
  readonly storedTime: string;
  readonly changes: readonly SwitchChange[];
}

/** A stored tier of one function. `retiredTime` is ISO-8601 UTC; null where it was taken back before that was kept. */
export type TierRecord =
  | { readonly snapshot: TierSnapshot; readonly state: 'standing' }
  | { readonly snapshot: TierSnapshot; readonly state: 'rolledBack'; readonly retiredTime: string | null };

/** Whether the ledger took what was to be stored. */
export type TierWrite =
  | { readonly kind: 'stored' }
  /** Another run wrote in between: read again. */
  | { readonly kind: 'conflict' };

/**
 * The part of the write-ahead ledger that keeps tiers: one record for each function and tier. Throws `RetryableError`
 * when it cannot be reached, and `PermanentError` `SnapshotAltered` where a record is not as it was written.
 */
export interface TierLedger {
  readTier(functionArn: string, tier: Tier): Promise<TierRecord | null>;
  /** Stores a standing tier over the record that was read (null: there was none), or not at all. */
  storeTier(snapshot: TierSnapshot, replaced: TierRecord | null): Promise<TierWrite>;
  /** Marks a standing tier as taken back; the record goes after a year. */
  retireTier(snapshot: TierSnapshot): Promise<TierWrite>;
}
