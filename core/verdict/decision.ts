import {
  type Allowlist,
  type FunctionEntry,
  type InvokerEntry,
  isLive,
  listInvokers,
} from '../allowlist/allowlist.ts';
import { findFunctionEntry } from '../allowlist/function-match.ts';
import { HEARTBEAT_POINTER } from '../allowlist/heartbeat-entry.ts';
import { listCandidates } from '../allowlist/invoker-index.ts';
import { matchEntry, type ResolvedMappings } from '../allowlist/invoker-match.ts';
import type { NarrowedFields } from '../allowlist/narrowing-match.ts';
import type { Caller } from '../caller/caller.ts';
import { isOwnHeartbeat } from '../heartbeat/own-call.ts';
import { parseEventTime } from '../record/event-time.ts';
import type { LambdaInvocation } from '../record/invocation.ts';
import { findNamesake } from './namesake.ts';

/** What the core says about a call. */
export type Verdict = 'authorized' | 'unauthorized' | 'undetermined' | 'unguarded';

/** A verdict and why. */
export interface Decision {
  readonly verdict: Verdict;
  /** One sentence for people, without the caller's own text in it. */
  readonly reason: string;
  /** The live entry that lists the caller; null unless the call is authorized. */
  readonly entry: InvokerEntry | null;
  /** The entry that nearly decided: expired, asking for what the record lacks, or with another path to the same name. */
  readonly nearest: InvokerEntry | null;
  /** The entry of the function that was called, unless it is unguarded or unreadable. */
  readonly guarded: FunctionEntry | null;
}

const NO_MAPPINGS: ResolvedMappings = new Map();

/** All that a verdict depends on beside the caller: calls that agree in these are judged alike. */
export type JudgedFields = NarrowedFields & Pick<LambdaInvocation, 'functionArn' | 'eventTime'>;

/**
 * Judges one call by the allowlist, as of the record's own `eventTime`.
 *
 * INVARIANT: `unauthorized` is said only where the record certainly names a caller that no live entry lists;
 * whatever is missing or unreadable makes it `undetermined`, which is alerted and never contained.
 *
 * The heartbeat's own call is judged where the list has the heartbeat's entry, as the deployed one has. A glob of the file
 * says nothing of it.
 */
export function decideInvocation(
  invocation: JudgedFields,
  caller: Caller,
  allowlist: Allowlist,
  mappings: ResolvedMappings = NO_MAPPINGS,
): Decision {
  if (invocation.functionArn === null) {
    return judge('undetermined', 'the record names no function that can be read', null);
  }
  const guarded = findFunctionEntry(allowlist, invocation.functionArn);
  if (guarded === undefined) {
    return judge('unguarded', 'no entry of the allowlist names this function', null);
  }
  if (guarded.pointer !== HEARTBEAT_POINTER && isOwnHeartbeat(invocation.functionArn, caller)) {
    return judge('unguarded', "this is the guard's own heartbeat, of which the file says nothing", null);
  }
  if (caller.kind === 'unknown') {
    return judge('undetermined', 'the record does not say who called', guarded);
  }
  return decideByEntries(invocation, caller, allowlist, guarded, mappings);
}

function decideByEntries(
  invocation: JudgedFields,
  caller: Caller,
  allowlist: Allowlist,
  guarded: FunctionEntry,
  mappings: ResolvedMappings,
): Decision {
  let doubt: { entry: InvokerEntry; why: string } | undefined;
  let expired: InvokerEntry | undefined;
  let narrowed: { entry: InvokerEntry; why: string } | undefined;
  for (const entries of [guarded.invokers, allowlist.breakGlass]) {
    for (const entry of listCandidates(entries, caller)) {
      const match = matchEntry(entry, caller, invocation, mappings);
      if (match.kind === 'noMatch') {
        const named = match.caller === 'named' && judgeTerm(entry, invocation.eventTime) !== 'over';
        if (named) narrowed ??= { entry, why: match.why };
        continue;
      }
      const term = judgeTerm(entry, invocation.eventTime);
      if (term === 'untold') {
        doubt ??= { entry, why: 'the entry expires, and the record does not say when the call was made' };
      } else if (term === 'over') {
        expired ??= entry;
      } else if (match.kind === 'unsure') {
        doubt ??= { entry, why: match.why };
      } else {
        return { ...judge('authorized', 'an entry of the allowlist lists this caller', guarded), entry };
      }
    }
  }
  if (doubt !== undefined) return { ...judge('undetermined', doubt.why, guarded), nearest: doubt.entry };
  if (expired !== undefined) {
    return {
      ...judge('unauthorized', 'the entry that lists this caller has expired', guarded),
      nearest: expired,
    };
  }
  if (narrowed !== undefined) {
    const reason = `an entry lists this caller for other calls: ${narrowed.why}`;
    return { ...judge('unauthorized', reason, guarded), nearest: narrowed.entry };
  }
  const namesake = findNamesake(listInvokers(allowlist, guarded), caller);
  if (namesake !== undefined) {
    const reason = `no entry of the allowlist lists this caller; one lists a ${namesake.kind} of the same name with another path`;
    return { ...judge('unauthorized', reason, guarded), nearest: namesake };
  }
  return judge('unauthorized', 'no entry of the allowlist lists this caller', guarded);
}

/** Whether an entry's term runs at the time of the call; `untold` where the record does not say that time. */
function judgeTerm(entry: InvokerEntry, eventTime: string | null): 'runs' | 'over' | 'untold' {
  if (entry.expires === undefined) return 'runs';
  const atMs = parseEventTime(eventTime);
  if (Number.isNaN(atMs)) return 'untold';
  return isLive(entry, atMs) ? 'runs' : 'over';
}

function judge(verdict: Verdict, reason: string, guarded: FunctionEntry | null): Decision {
  return { verdict, reason, entry: null, nearest: null, guarded };
}
