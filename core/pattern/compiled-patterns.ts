import type { JsonObject } from '../json.ts';

/**
 * What EventBridge takes. The length of a pattern and the number of rules are quotas that AWS raises on request; the
 * number of rules with wildcards is not.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export interface PatternLimits {
  /** Characters of one pattern, as compact JSON. */
  readonly characters: number;
  /** Rules that we may take on the event bus. */
  readonly rules: number;
  /** Rules among them whose pattern holds a wildcard. */
  readonly wildcardRules: number;
}

/**
 * AWS's default quotas, 300 rules of which 30 may hold wildcards, less what the guard takes beside the rules for calls
 * (about twenty-five, one with a wildcard), and with room for as many rules of others on the same bus.
 */
export const EVENTBRIDGE_LIMITS: PatternLimits = { characters: 2048, rules: 250, wildcardRules: 28 };

/** An allowlist as EventBridge patterns: one rule for each. */
export interface CompiledPatterns {
  /** Each as JSON that EventBridge takes; the same allowlist always gives the same patterns in the same order. */
  readonly patterns: readonly JsonObject[];
  readonly coverage: PatternCoverage;
}

/** What the patterns cost: which authorized calls reach the Lambda all the same. */
export interface PatternCoverage {
  /** Entries of the allowlist whose listed callers (apart from those in `passing`) never reach the Lambda. */
  readonly exactFunctions: number;
  /** Pointers of function entries that did not fit: all or most of their calls reach the Lambda. */
  readonly looseFunctions: readonly string[];
  /** Entries that no pattern can tell, so that each of their calls reaches the Lambda. */
  readonly passing: readonly PassingEntry[];
  /** Characters of all patterns together. */
  readonly characters: number;
  readonly wildcardRules: number;
}

/** An allowlist entry that is never filtered by EventBridge, and why. */
export interface PassingEntry {
  readonly pointer: string;
  readonly why: string;
}
