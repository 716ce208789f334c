import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { type LambdaInvocation, parseInvocation } from '../../core/record/invocation.ts';
import type { LogEntry } from '../log-entry.ts';
import type { LogFile } from '../log-files.ts';
import { readLogFile } from '../log-reader.ts';
import type { CallConsumer, JudgedCall, ReplayCounts } from './call-consumer.ts';
import { type CallGroup, groupInvocation } from './call-group.ts';
import { readExecutedFunction } from './executed-function.ts';
import { createJudge } from './judge.ts';

/** A span of time in epoch milliseconds, from `sinceMs` up to and without `untilMs`. */
export interface TimeWindow {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** All time. */
export const ALL_TIME: TimeWindow = {
  sinceMs: Number.NEGATIVE_INFINITY,
  untilMs: Number.POSITIVE_INFINITY,
};

/** What is to be read, and how it is judged. */
export interface ReplayRequest {
  readonly files: readonly LogFile[];
  readonly openStdin: () => AsyncIterable<unknown>;
  readonly allowlist: Allowlist;
  readonly window: TimeWindow;
  /** Ends the reading: nothing more is handed to the consumer once it is aborted, and the promise resolves. */
  readonly signal: AbortSignal;
  /** Told now and then how far the reading has come. */
  readonly onProgress?: (counts: ReplayCounts) => void;
}

/** Reads logs and hands each call, judged, to the consumer. Answers what was counted; never throws for what logs hold. */
export async function replayLogs(request: ReplayRequest, consumer: CallConsumer): Promise<ReplayCounts> {
  const counts = { files: 0, records: 0, duplicates: 0, outsideWindow: 0 };
  const seen = new Set<string>();
  const groups = new Map<string, CallGroup>();
  const judge = createJudge(request.allowlist);
  for (const file of request.files) {
    counts.files += 1;
    for await (const entry of readLogFile(file, request.openStdin)) {
      if (request.signal.aborted) return counts;
      takeEntry(entry);
      request.onProgress?.(counts);
    }
  }
  return counts;

  function takeEntry(entry: LogEntry): void {
    if (entry.kind === 'unreadable') {
      consumer.takeUnreadable(entry.file, entry.reason);
      return;
    }
    if (entry.kind === 'skipped') {
      consumer.takeSkipped(entry.reason, 1, null);
      return;
    }
    counts.records += 1;
    const parsed = entry.kind === 'rejected' ? entry : parseInvocation(entry.input);
    if (parsed.kind === 'rejected') consumer.takeRejected(entry.file, entry.position, parsed.reason);
    else if (parsed.kind === 'invocation') takeInvocation(parsed);
    else if (parsed.reason !== 'invokeExecution' || entry.kind === 'rejected')
      consumer.takeSkipped(parsed.reason, 1, null);
    else consumer.takeSkipped(parsed.reason, 1, readExecutedFunction(entry.input));
  }

  function takeInvocation(invocation: LambdaInvocation): void {
    const { eventID, eventTime } = invocation;
    // A record without an eventID is never a duplicate: nothing says that two such are the same call.
    if (eventID !== null) {
      if (seen.has(eventID)) {
        counts.duplicates += 1;
        return;
      }
      seen.add(eventID);
    }
    // A call without a readable time may be in the window, so it is judged: a lost field must not hide a call.
    const atMs = Date.parse(eventTime ?? '');
    if (atMs < request.window.sinceMs || atMs >= request.window.untilMs) {
      counts.outsideWindow += 1;
      return;
    }
    const grouped = groupInvocation(invocation);
    const group = groups.get(grouped.group.key) ?? grouped.group;
    groups.set(group.key, group);
    const decision = judge(group, eventTime, atMs);
    const call: JudgedCall = { group, decision, eventID, eventTime, atMs, sessionName: grouped.sessionName };
    consumer.takeCall(call);
  }
}
