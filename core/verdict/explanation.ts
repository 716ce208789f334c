import {
  type Allowlist,
  type FunctionEntry,
  type InvokerEntry,
  isLive,
  listInvokers,
} from '../allowlist/allowlist.ts';
import { findFunctionEntry } from '../allowlist/function-match.ts';
import { type EntryMatch, matchEntry, type ResolvedMappings } from '../allowlist/invoker-match.ts';
import { type Caller, identifyCaller } from '../caller/caller.ts';
import type { ConfigurationChange } from '../change/change.ts';
import { judgeChange } from '../change/change-decision.ts';
import { parseChange } from '../change/change-record.ts';
import type { ChangeDecision } from '../change/change-verdict.ts';
import type { JsonObject } from '../json.ts';
import { openEnvelope } from '../record/envelope.ts';
import { parseEventTime } from '../record/event-time.ts';
import {
  type LambdaInvocation,
  parseInvocation,
  type RejectedRecord,
  type SkippedRecord,
} from '../record/invocation.ts';
import { type Decision, decideInvocation } from './decision.ts';
import { findNearestEntry } from './nearest-entry.ts';
import { findCallerFields, findFunctionFields, findQualifierFields } from './record-fields.ts';

/** What a record was delivered in: nothing (a log file), an EventBridge event, or an item of `LookupEvents`. */
export type Envelope = 'none' | 'eventBridge' | 'lookupEvents' | 'unreadable';

/** The way that one record took through the core, to its end. */
export type Explanation =
  | { readonly kind: 'rejected'; readonly envelope: Envelope; readonly record: RejectedRecord }
  | { readonly kind: 'skipped'; readonly envelope: Envelope; readonly record: SkippedRecord }
  /** No call, but a change of who may call or of what the guard hears by. */
  | {
      readonly kind: 'changed';
      readonly envelope: Envelope;
      readonly change: ConfigurationChange;
      readonly decision: ChangeDecision;
    }
  | JudgedExplanation;

/** The way of a record that was judged. Fields are dotted paths in the record, the most telling first. */
export interface JudgedExplanation {
  readonly kind: 'judged';
  readonly envelope: Envelope;
  readonly invocation: LambdaInvocation;
  readonly functionFields: readonly string[];
  readonly qualifierFields: readonly string[];
  readonly caller: Caller;
  readonly callerFields: readonly string[];
  /** The entries that name the function, in the order of the file. */
  readonly functions: readonly FunctionStep[];
  /** How many entries name other functions. */
  readonly otherFunctions: number;
  /** Every entry that was asked for the caller, in order; empty where the verdict fell before. */
  readonly invokers: readonly InvokerStep[];
  readonly decision: Decision;
  /** Where nobody lists the caller: the entry that nearly decided, or is most like the caller, and why it did not. */
  readonly nearest: { readonly entry: InvokerEntry; readonly why: string } | null;
}

/** An entry that names the function: exactly one of them guards it. */
export interface FunctionStep {
  readonly entry: FunctionEntry;
  readonly outcome: 'won' | 'lost';
  /** Null for the one that won. */
  readonly why: string | null;
}

/** How one invoker entry answered. */
export interface InvokerStep {
  readonly entry: InvokerEntry;
  readonly match: EntryMatch;
  /** As of the record's `eventTime`; `unknown` where the entry expires and the record has no readable time. */
  readonly expiry: 'never' | 'live' | 'expired' | 'unknown';
  readonly outcome: 'decided' | 'nearest' | 'passedOver';
}

const NO_MAPPINGS: ResolvedMappings = new Map();

/**
 * Tells step by step how one record is judged, with the functions that judge it: the verdict here is
 * `decideInvocation`'s, or `judgeChange`'s. Where a call took place is not looked at, since that takes a deployed guard. Never throws.
 */
export function explainDecision(
  input: unknown,
  allowlist: Allowlist,
  mappings: ResolvedMappings = NO_MAPPINGS,
): Explanation {
  const opened = openEnvelope(input);
  if (opened.kind === 'rejected') return { kind: 'rejected', envelope: 'unreadable', record: opened };
  const envelope = nameEnvelope(input, opened.record);
  const parsed = parseInvocation(input);
  if (parsed.kind === 'rejected') return { kind: 'rejected', envelope, record: parsed };
  if (parsed.kind === 'skipped') {
    const change = parseChange(input);
    return change.kind === 'change'
      ? { kind: 'changed', envelope, change, decision: judgeChange(change, allowlist) }
      : { kind: 'skipped', envelope, record: parsed };
  }
  const caller = identifyCaller(parsed);
  const decision = decideInvocation(parsed, caller, allowlist, mappings);
  const functions = explainFunctions(allowlist, parsed.functionArn);
  const invokers = explainInvokers(parsed, caller, allowlist, mappings, decision);
  const { record } = opened;
  return {
    kind: 'judged',
    envelope,
    invocation: parsed,
    functionFields: findFunctionFields(record),
    qualifierFields: findQualifierFields(record),
    caller,
    callerFields: findCallerFields(record),
    functions,
    otherFunctions: allowlist.functions.length - functions.length,
    invokers: invokers.map((step) => ({ ...step, outcome: nameOutcome(step.entry, decision) })),
    decision,
    nearest: explainNearest(invokers, caller, decision),
  };
}

/** What was taken out tells what it was taken out of, so that the envelope is recognized in one place only. */
function nameEnvelope(input: unknown, record: JsonObject): Envelope {
  if (record === input) return 'none';
  return Object.values(input ?? {}).includes(record) ? 'eventBridge' : 'lookupEvents';
}

/** An entry names a function where it would guard it if it stood alone. */
function explainFunctions(allowlist: Allowlist, functionArn: string | null): readonly FunctionStep[] {
  if (functionArn === null) return [];
  const winner = findFunctionEntry(allowlist, functionArn);
  if (winner === undefined) return [];
  return allowlist.functions
    .filter((entry) => findFunctionEntry({ ...allowlist, functions: [entry] }, functionArn) !== undefined)
    .map((entry): FunctionStep => {
      if (entry === winner) return { entry, outcome: 'won', why: null };
      return { entry, outcome: 'lost', why: explainLoss(entry, winner) };
    });
}

function explainLoss(loser: FunctionEntry, winner: FunctionEntry): string {
  if (loser.selector.kind === 'glob' && winner.selector.kind === 'glob') {
    const longer = winner.selector.glob.length > loser.selector.glob.length;
    return longer ? 'a longer glob goes before it' : 'a glob as long stands before it';
  }
  if (loser.selector.kind === winner.selector.kind) return 'the same function stands before it';
  return winner.selector.kind === 'arn' ? 'a full ARN goes before it' : 'an exact name goes before it';
}

type Answer = Omit<InvokerStep, 'outcome'>;

function explainInvokers(
  invocation: LambdaInvocation,
  caller: Caller,
  allowlist: Allowlist,
  mappings: ResolvedMappings,
  { guarded }: Decision,
): readonly Answer[] {
  // Entries are never asked about a caller that has no name.
  if (guarded === null || caller.kind === 'unknown') return [];
  const atMs = parseEventTime(invocation.eventTime);
  return listInvokers(allowlist, guarded).map((entry) => ({
    entry,
    match: matchEntry(entry, caller, invocation, mappings),
    expiry: nameExpiry(entry, atMs),
  }));
}

function nameExpiry(entry: InvokerEntry, atMs: number): InvokerStep['expiry'] {
  if (entry.expires === undefined) return 'never';
  if (Number.isNaN(atMs)) return 'unknown';
  return isLive(entry, atMs) ? 'live' : 'expired';
}

function nameOutcome(entry: InvokerEntry, decision: Decision): InvokerStep['outcome'] {
  if (entry === decision.entry) return 'decided';
  return entry === decision.nearest ? 'nearest' : 'passedOver';
}

function explainNearest(
  answers: readonly Answer[],
  caller: Caller,
  decision: Decision,
): JudgedExplanation['nearest'] {
  if (decision.entry !== null) return null;
  if (decision.nearest !== null) return { entry: decision.nearest, why: decision.reason };
  const nearest = findNearestEntry(
    answers.map(({ entry }) => entry),
    caller,
  );
  const answer = answers.find(({ entry }) => entry === nearest);
  if (answer === undefined || answer.match.kind === 'match') return null;
  return { entry: answer.entry, why: answer.match.why };
}
