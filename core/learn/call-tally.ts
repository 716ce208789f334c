import { type Caller, readCallerAccount } from '../caller/caller.ts';
import { composeCallerKey } from '../caller/description.ts';
import { parseFunctionName } from '../record/function-reference.ts';

/** How often one caller called one function, and when. */
export interface CallerSighting {
  readonly caller: Caller;
  readonly calls: number;
  /** Calls that ended with an `errorCode`. */
  readonly failed: number;
  /** Epoch milliseconds; NaN where no record says when. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Everything that was seen of one function. */
export interface FunctionSightings {
  /** Unqualified. */
  readonly functionArn: string;
  /** In the order of their first record. */
  readonly callers: readonly CallerSighting[];
  /** Calls by callers who need no entry: what is rare or late is so among all calls of the function. */
  readonly others: OtherCalls;
}

/** Calls of which nothing counts but how many there were, and when. */
export type OtherCalls = Pick<CallerSighting, 'calls' | 'firstMs' | 'lastMs'>;

/** Counts calls by function and caller. */
export interface CallTally {
  /** Counts one call; `full` where a caller is new and the tally has no room left for it. */
  readonly countCall: (call: TalliedCall) => 'counted' | 'full';
  /** Counts one call by a caller who needs no entry. */
  readonly countOther: (call: Pick<TalliedCall, 'functionArn' | 'atMs'>) => void;
  readonly listSightings: () => readonly FunctionSightings[];
}

/** What the tally reads of a call. */
export interface TalliedCall {
  readonly functionArn: string;
  readonly caller: Caller;
  readonly outcome: 'succeeded' | 'failed';
  /** Epoch milliseconds, or NaN. */
  readonly atMs: number;
}

/** More pairs than an allowlist can hold entries are of no use to anybody. */
export const MOST_SIGHTINGS = 200_000;

interface Counted {
  calls: number;
  failed: number;
  firstMs: number;
  lastMs: number;
}

interface CountedCaller extends Counted {
  readonly caller: Caller;
}

/**
 * Makes an empty tally. Callers that the allowlist cannot tell apart (sessions of a role) are one caller.
 * @param most pairs of function and caller that are kept
 */
export function createCallTally(most: number = MOST_SIGHTINGS): CallTally {
  const functions = new Map<string, Map<string, CountedCaller>>();
  const others = new Map<string, Counted>();
  let size = 0;
  const find = (functionArn: string, caller: Caller): CountedCaller | undefined => {
    const callers = functions.get(functionArn) ?? new Map<string, CountedCaller>();
    const key = composeCallerKey(caller);
    const known = callers.get(key);
    if (known !== undefined || size >= most) return known;
    const fresh = { caller, ...createCount() };
    callers.set(key, fresh);
    functions.set(functionArn, callers);
    size += 1;
    return fresh;
  };
  return {
    countCall: ({ functionArn, caller, outcome, atMs }) => {
      const counted = find(functionArn, caller);
      if (counted === undefined) return 'full';
      addCall(counted, atMs);
      if (outcome === 'failed') counted.failed += 1;
      return 'counted';
    },
    countOther: ({ functionArn, atMs }) => {
      const counted = others.get(functionArn) ?? createCount();
      addCall(counted, atMs);
      if (others.size < most) others.set(functionArn, counted);
    },
    listSightings: () =>
      [...functions]
        .map(([functionArn, callers]) => ({
          functionArn,
          callers: [...callers.values()],
          others: others.get(functionArn) ?? createCount(),
        }))
        .sort((left, right) => (left.functionArn < right.functionArn ? -1 : 1)),
  };
}

function createCount(): Counted {
  return { calls: 0, failed: 0, firstMs: Number.NaN, lastMs: Number.NaN };
}

function addCall(counted: Counted, atMs: number): void {
  counted.calls += 1;
  // A comparison with NaN is false, so the first known time replaces it and an unknown one replaces nothing.
  if (!(counted.firstMs <= atMs) && !Number.isNaN(atMs)) counted.firstMs = atMs;
  if (!(counted.lastMs >= atMs) && !Number.isNaN(atMs)) counted.lastMs = atMs;
}

/** The account that a function's ARN names. */
export function readFunctionAccount(functionArn: string): string | undefined {
  return parseFunctionName(functionArn)?.account;
}

/** The account for which a caller calls: its own, or that of the resource for which a service calls. */
export function readSourceAccount(caller: Caller): string | undefined {
  return caller.kind === 'service' ? caller.sourceAccount : readCallerAccount(caller);
}
