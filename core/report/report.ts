import type { Caller } from '../caller/caller.ts';
import type { Verdict } from '../verdict/decision.ts';
import type { CappedList } from './capped-list.ts';
import type { EVENT_PRICE, EventCost } from './event-cost.ts';
import type { DroppedFrom } from './report-tally.ts';
import type { BucketWidth } from './time-buckets.ts';

/**
 * Who called what, how often, and what enforcing would have blocked (contract, docs/report.md). Times are ISO-8601 in
 * UTC, and null where no record says. Texts from the logs stand as they are: escape them before you show them.
 */
export interface Report {
  readonly kind: 'report';
  readonly version: 1;
  readonly generatedTime: string;
  readonly allowlist: ReportedAllowlist;
  readonly logs: ReportedLogs;
  readonly calls: ReportedCalls;
  readonly violations: ReportedViolations;
  readonly undetermined: { readonly calls: number; readonly findings: CappedList<FindingRow> };
  readonly newCallers: NewCallers;
  readonly unguardedFunctions: CappedList<FunctionRow>;
  readonly topCallers: TopCallers;
  readonly timeline: Timeline;
  readonly pairs: CappedList<PairRow>;
  readonly asynchronous: AsynchronousWork;
  readonly cost: ReportedCost;
}

/** What the calls were judged by. */
export interface ReportedAllowlist {
  /** The file as it was named; null where there is none, so that nobody guards any function. */
  readonly file: string | null;
  /** Entries of functions in it. */
  readonly entries: number;
}

/** What was read. */
export interface ReportedLogs {
  /** `partial` where a file could not be read, or not to its end: every count may be too low. */
  readonly completeness: 'whole' | 'partial';
  readonly files: number;
  readonly records: number;
  readonly duplicates: number;
  readonly outsideWindow: number;
  /** Records that are not ours to judge, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What is no CloudTrail record. */
  readonly rejected: number;
  /** Files that could not be read, one line each. */
  readonly unreadable: readonly string[];
  readonly sinceTime: string | null;
  readonly untilTime: string | null;
  /** The first and the last call. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly spanHours: number;
  /** Calls without a readable time: counted, but in no chart. */
  readonly untimed: number;
  /** Calls that are in the totals, but in no table, because there were too many different functions or callers. */
  readonly dropped: Readonly<Record<DroppedFrom, number>>;
}

/** Numbers of calls. */
export interface ReportedCalls {
  readonly total: number;
  readonly failed: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly functions: number;
  readonly pairs: number;
}

/** How often, and when. */
export interface CountedRow {
  readonly calls: number;
  readonly failed: number;
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}

/** Calls by unlisted callers. */
export interface ReportedViolations {
  readonly calls: number;
  /** Of these, those that got in, and that guard statements in the policies would have kept out. */
  readonly blocked: number;
  /** Those that failed anyway. */
  readonly failed: number;
  /** Those that got in, and that no resource policy stops. */
  readonly beyondPolicy: number;
  readonly findings: CappedList<ViolationRow>;
  readonly byFunction: CappedList<BlockedRow>;
  readonly byCaller: CappedList<BlockedRow>;
}

/** Calls of one function by one caller that the allowlist does not authorize, for one reason. */
export interface FindingRow extends CountedRow {
  readonly functionArn: string | null;
  readonly caller: Caller;
  /** What the allowlist asks for: null where the record names no function that can be read. */
  readonly mode: 'observe' | 'enforce' | null;
  readonly reason: string;
  /** JSON pointer of the entry that came nearest. */
  readonly nearest: string | null;
  /** One of the calls, for `invokeguard explain`. */
  readonly eventID: string | null;
  readonly sessionName: string | null;
}

/** An unauthorized finding. */
export interface ViolationRow extends FindingRow {
  readonly blocked: number;
  readonly beyondPolicy: number;
}

/** What enforcing would have blocked of one function, or of one caller (`name`: its ARN, or the caller in words). */
export interface BlockedRow {
  readonly name: string;
  readonly calls: number;
  readonly blocked: number;
}

/** Callers that the first half of the logs does not know. */
export interface NewCallers {
  /** The rule, for people. */
  readonly rule: string;
  /** New is who calls from here on and did not before; null where the span is too short. */
  readonly thresholdTime: string | null;
  readonly rows: CappedList<NewCallerRow>;
}

/** A caller that is new to a function, or to all of them. */
export interface NewCallerRow extends PairRow {
  readonly newTo: 'function' | 'everyFunction';
}

/** A function with its calls. */
export interface FunctionRow extends CountedRow {
  readonly functionArn: string;
  readonly callers: number;
}

/** The calls of one function by one caller. */
export interface PairRow extends CountedRow {
  readonly functionArn: string | null;
  readonly caller: Caller;
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

/** Who called most. */
export interface TopCallers {
  readonly services: CappedList<CallerRow>;
  readonly roles: CappedList<CallerRow>;
  readonly users: CappedList<CallerRow>;
  /** The accounts of the callers; for a service the account that it worked for, where the record names it. */
  readonly accounts: CappedList<CallerRow>;
  /** Event source mappings, root and federated users, anonymous and unknown callers, accounts without more. */
  readonly others: CappedList<CallerRow>;
}

/** One caller, service or account over all functions. */
export interface CallerRow extends CountedRow {
  readonly name: string;
  readonly functions: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

/** Calls over time; every list of counts has one number for each of `starts`. */
export interface Timeline {
  readonly width: BucketWidth;
  readonly starts: readonly string[];
  readonly verdicts: Readonly<Record<Verdict, readonly number[]>>;
  /** The functions that are called most, each with the callers that call it most. */
  readonly functions: CappedList<FunctionTimeline>;
}

/** One function over time. */
export interface FunctionTimeline {
  readonly functionArn: string | null;
  readonly calls: number;
  readonly counts: readonly number[];
  readonly callers: CappedList<CallerTimeline>;
}

/** One caller of one function over time. */
export interface CallerTimeline {
  readonly caller: Caller;
  readonly calls: number;
  readonly counts: readonly number[];
}

/** Lambda running what it accepted before (`InvokeExecution`): first runs of asynchronous calls, and retries. */
export interface AsynchronousWork {
  readonly calls: number;
  readonly executions: number;
  /** `allLogs` where the report is of a part of the time: executions are counted over all the logs. */
  readonly executionScope: 'span' | 'allLogs';
  readonly functions: CappedList<AsynchronousRow>;
}

/** Asynchronous work of one function; `functionArn` is null for records that name none. */
export interface AsynchronousRow {
  readonly functionArn: string | null;
  /** Calls with `invocationType` `Event`. */
  readonly calls: number;
  readonly executions: number;
  /** Executions beyond one for each asynchronous call: retries, or work accepted before the logs begin. */
  readonly surplus: number;
}

/** What the calls in these logs cost as CloudTrail data events. */
export interface ReportedCost {
  readonly price: typeof EVENT_PRICE;
  /** `trail.functions: all`: the calls of all functions. */
  readonly all: CostScope;
  /** `trail.functions: guarded`: the calls of the functions that the allowlist names. */
  readonly guarded: CostScope;
  readonly functions: CappedList<CostRow>;
}

/** The trail of this project leaves `InvokeExecution` out; others log it, and pay for it. */
export interface CostScope {
  readonly withoutExecutions: EventCost;
  /** Null where executions are not counted over the same span as the calls. */
  readonly withExecutions: EventCost | null;
}

/** What one function costs. */
export interface CostRow extends CostScope {
  readonly functionArn: string | null;
  readonly state: 'guarded' | 'unguarded';
  readonly calls: number;
  readonly executions: number;
}
