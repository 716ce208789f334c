import type { PolicyDocument, PolicyStatement } from '../policy/document.ts';
import type { SwitchChange } from '../tier/tier.ts';

/** Delivered again after a crash, the same write may be made this much after the ledger took note of it. */
export const LATEST_MS = 30 * 60_000;
/** AWS refuses requests that are signed with a clock further off than this, and a person's clock may be. */
export const CLOCK_MS = 5 * 60_000;

/** One rewrite of the policy that a change is about, as the ledger stored it before it was made. */
export interface StoredRewrite {
  /** Null where there was none. */
  readonly before: PolicyDocument | null;
  readonly removed: readonly PolicyStatement[];
  readonly added: readonly PolicyStatement[];
  /** ISO-8601 UTC. */
  readonly storedTime: string;
  readonly state: 'standing' | 'undone';
}

/** What the ledger knows of exactly the policy, function or mapping that a change is about. */
export interface StoredWrites {
  readonly rewrites: readonly StoredRewrite[];
  /** When the guard noted last that it is about to disable the mapping: epoch milliseconds. */
  readonly disablingMs: number | null;
  /** The triggers that a person had disabled and switched on again, and when. */
  readonly restored: { readonly switches: readonly SwitchChange[]; readonly atMs: number } | null;
}
