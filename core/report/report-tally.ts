import type { FunctionEntry } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import { composeCallerKey } from '../caller/description.ts';
import type { Decision, Verdict } from '../verdict/decision.ts';
import { createTimeBuckets, type TimeBuckets, type TimeSeries } from './time-buckets.ts';

/** What the tally reads of a call; a judged call of a replay is one. */
export interface ReportedCall {
  /** Calls that share this object are alike in everything that stands in it. */
  readonly group: {
    readonly functionArn: string | null;
    readonly caller: Caller;
    readonly invocationType: string | null;
    readonly outcome: 'succeeded' | 'failed';
  };
  readonly decision: Pick<Decision, 'verdict' | 'reason' | 'nearest' | 'guarded'>;
  readonly eventID: string | null;
  /** Epoch milliseconds, or NaN. */
  readonly atMs: number;
  readonly sessionName: string | null;
}

/** How often something happened, and when. */
export interface Counted {
  calls: number;
  /** Calls whose record has an `errorCode`. */
  failed: number;
  /** Epoch milliseconds; NaN where no record says when. */
  firstMs: number;
  lastMs: number;
}

/** The calls of one function. */
export interface FunctionCount extends Counted {
  /** Null for the calls whose records name no function that can be read. */
  readonly functionArn: string | null;
  /** The entry that guards it, from the decisions; null where nobody does. */
  readonly guarded: FunctionEntry | null;
  /** Calls that asked to be run later (`invocationType: Event`). */
  asynchronous: number;
  readonly series: TimeSeries;
}

/** The calls of one function by one caller. Callers that the allowlist cannot tell apart are one. */
export interface PairCount extends Counted {
  readonly functionArn: string | null;
  readonly caller: Caller;
  readonly verdicts: Record<Verdict, number>;
  readonly series: TimeSeries;
}

/** Calls that the allowlist does not authorize, of one function by one caller, for one reason. */
export interface FindingCount extends Counted {
  readonly functionArn: string | null;
  readonly caller: Caller;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly guarded: FunctionEntry | null;
  /** JSON pointer of the entry that came nearest. */
  readonly nearest: string | null;
  /** The call that was read first, for `invokeguard explain`. */
  readonly eventID: string | null;
  readonly sessionName: string | null;
}

/** Everything that a report is composed of, while logs are read. */
export interface ReportTally {
  readonly takeCall: (call: ReportedCall) => void;
  /** `count` records of Lambda running work that it accepted before, of one function where the records name it. */
  readonly takeExecutions: (functionArn: string | null, count: number) => void;
  readonly functions: ReadonlyMap<string, FunctionCount>;
  readonly pairs: ReadonlyMap<string, PairCount>;
  readonly findings: ReadonlyMap<string, FindingCount>;
  /** `InvokeExecution` records by function; the empty key is for records that name none. */
  readonly executions: ReadonlyMap<string, number>;
  readonly verdicts: Readonly<Record<Verdict, { readonly calls: number; readonly series: TimeSeries }>>;
  readonly buckets: TimeBuckets;
  readonly total: Readonly<Counted>;
  /** Calls without a readable time. */
  readonly countUntimed: () => number;
  /** Calls (or executions) that are in the totals, but for whose function, pair or finding there was no room. */
  readonly countDropped: () => Readonly<Record<DroppedFrom, number>>;
}

/** What had no room. */
export type DroppedFrom = 'functions' | 'pairs' | 'findings' | 'executions';

/** A log with endless different callers must not fill the memory: about 60 MB with all of them in use. */
export const MOST_KEPT = 20_000;
/** Groups of calls whose counts are at hand; forgetting them costs only time. */
const MOST_GROUPS = 100_000;

/** Where the calls of one group are counted. */
interface Counters {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly function: FunctionCount | undefined;
  readonly pair: PairCount | undefined;
  readonly finding: FindingCount | undefined;
}

const EARLIEST_MS = Date.parse('0000-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59Z');

/**
 * Makes an empty tally. Its memory does not grow with the number of calls, and not beyond `most` functions, pairs and
 * findings each: calls beyond that are counted in the totals, and as dropped from what had no room for them.
 */
export function createReportTally(most: number = MOST_KEPT): ReportTally {
  const functions = new Map<string, FunctionCount>();
  const pairs = new Map<string, PairCount>();
  const findings = new Map<string, FindingCount>();
  const executions = new Map<string, number>();
  const buckets = createTimeBuckets();
  const createVerdict = () => ({ calls: 0, series: buckets.createSeries() });
  const verdicts = {
    authorized: createVerdict(),
    unauthorized: createVerdict(),
    undetermined: createVerdict(),
    unguarded: createVerdict(),
  };
  const total = createCount();
  const dropped = { functions: 0, pairs: 0, findings: 0, executions: 0 };
  let untimed = 0;
  const known = new Map<ReportedCall['group'], Counters>();

  return {
    takeCall: (call) => {
      const { outcome, invocationType } = call.group;
      const { verdict } = call.decision;
      const atMs = call.atMs >= EARLIEST_MS && call.atMs <= LATEST_MS ? call.atMs : Number.NaN;
      const counters = findCounters(call);
      if (Number.isNaN(atMs)) untimed += 1;
      addCall(total, outcome, atMs);
      verdicts[verdict].calls += 1;
      buckets.count(verdicts[verdict].series, atMs);
      if (counters.function === undefined) dropped.functions += 1;
      else {
        addCall(counters.function, outcome, atMs);
        if (invocationType === 'Event') counters.function.asynchronous += 1;
        buckets.count(counters.function.series, atMs);
      }
      if (counters.pair === undefined) dropped.pairs += 1;
      else {
        addCall(counters.pair, outcome, atMs);
        counters.pair.verdicts[verdict] += 1;
        buckets.count(counters.pair.series, atMs);
      }
      if (counters.finding !== undefined) addCall(counters.finding, outcome, atMs);
      else if (isFinding(verdict)) dropped.findings += 1;
    },
    takeExecutions: (functionArn, count) => {
      const key = functionArn ?? '';
      if (!executions.has(key) && executions.size >= most) dropped.executions += count;
      else executions.set(key, (executions.get(key) ?? 0) + count);
    },
    functions,
    pairs,
    findings,
    executions,
    verdicts,
    buckets,
    total,
    countUntimed: () => untimed,
    countDropped: () => dropped,
  };

  function findCounters(call: ReportedCall): Counters {
    const found = known.get(call.group);
    // One group is judged differently before and after an entry expires.
    if (found?.verdict === call.decision.verdict && found.reason === call.decision.reason) return found;
    if (known.size >= MOST_GROUPS) known.clear();
    const counters = createCounters(call);
    known.set(call.group, counters);
    return counters;
  }

  function createCounters({ group, decision, eventID, sessionName }: ReportedCall): Counters {
    const { functionArn } = group;
    const { verdict, reason, guarded } = decision;
    const caller = nameWithoutSession(group.caller);
    const pairKey = JSON.stringify([functionArn, composeCallerKey(caller)]);
    return {
      verdict,
      reason,
      function: keep(functions, functionArn ?? '', most, () => ({
        ...createCount(),
        functionArn,
        guarded,
        asynchronous: 0,
        series: buckets.createSeries(),
      })),
      pair: keep(pairs, pairKey, most, () => ({
        ...createCount(),
        functionArn,
        caller,
        verdicts: { authorized: 0, unauthorized: 0, undetermined: 0, unguarded: 0 },
        series: buckets.createSeries(),
      })),
      finding: isFinding(verdict)
        ? keep(findings, JSON.stringify([pairKey, verdict, reason]), most, () => ({
            ...createCount(),
            functionArn,
            caller,
            verdict,
            reason,
            guarded,
            nearest: decision.nearest?.pointer ?? null,
            eventID,
            sessionName,
          }))
        : undefined,
    };
  }
}

function isFinding(verdict: Verdict): boolean {
  return verdict === 'unauthorized' || verdict === 'undetermined';
}

function keep<Count>(
  counts: Map<string, Count>,
  key: string,
  most: number,
  create: () => Count,
): Count | undefined {
  const found = counts.get(key);
  if (found !== undefined || counts.size >= most) return found;
  const created = create();
  counts.set(key, created);
  return created;
}

function createCount(): Counted {
  return { calls: 0, failed: 0, firstMs: Number.NaN, lastMs: Number.NaN };
}

function addCall(count: Counted, outcome: 'succeeded' | 'failed', atMs: number): void {
  count.calls += 1;
  if (outcome === 'failed') count.failed += 1;
  if (Number.isNaN(atMs)) return;
  // Comparisons with NaN are false, so that the first time is taken as it is.
  if (!(count.firstMs <= atMs)) count.firstMs = atMs;
  if (!(count.lastMs >= atMs)) count.lastMs = atMs;
}

/** What the callers of one key have in common: a role without its session, and without the service that used it. */
function nameWithoutSession(caller: Caller): Caller {
  switch (caller.kind) {
    case 'role':
      return { kind: 'role', roleArn: caller.roleArn };
    case 'user':
      return { kind: 'user', userArn: caller.userArn };
    default:
      return caller;
  }
}
