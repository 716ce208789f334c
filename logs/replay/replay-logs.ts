import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import type { ConfigurationChange } from '../../core/change/change.ts';
import { judgeChange } from '../../core/change/change-decision.ts';
import { concernsAllowlist } from '../../core/change/identity-judgement.ts';
import { parseEventTime } from '../../core/record/event-time.ts';
import { createHeldCalls } from '../held-calls.ts';
import type { LogFile } from '../log-files.ts';
import { createMappingMemory } from '../mapping-memory.ts';
import {
  BatchedCall,
  readEventID,
  readEventKey,
  readEventMs,
  readEventTime,
  readSessionName,
} from './batched-call.ts';
import {
  BATCH_GROUP,
  BATCH_ID,
  BATCH_WORDS,
  type BatchNote,
  type CallBatch,
  TEXT_ABSENT,
  TEXT_PACKED,
} from './call-batch.ts';
import type { CallConsumer, JudgedCall, ReplayCounts } from './call-consumer.ts';
import type { CallGroup } from './call-group.ts';
import { createEventWindow, keyEventID } from './event-window.ts';
import { chooseOriginReading, createJudge } from './judge.ts';
import { measureFiles, type ReadingParts, readBatches } from './read-batches.ts';

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

/** Everything on this thread, by the plain path: slower, and the same in every answer. */
export const PLAIN_READING: ReadingParts = { kernelFile: null, workerFile: null, threads: 1 };

/** What is to be read, and how it is judged. */
export interface ReplayRequest {
  readonly files: readonly LogFile[];
  readonly openStdin: () => AsyncIterable<unknown>;
  /**
   * What makes the reading fast, where it was built.
   * @default PLAIN_READING
   */
  readonly parts?: ReadingParts;
  readonly allowlist: Allowlist;
  /** A second allowlist that every call is judged by as well, to see what the first would change. */
  readonly against?: Allowlist;
  readonly window: TimeWindow;
  /** Ends the reading: of what is not read yet nothing comes any more, and the promise resolves. */
  readonly signal: AbortSignal;
  /** Told now and then how far the reading has come. */
  readonly onProgress?: (counts: ReplayCounts) => void;
}

/** How the groups of one reader are numbered. */
type NumberedGroups = CallGroup[];

/** Logs from this size on are read with all of their memory from the start. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Groups that say the same become one object, as long as there are no more than so many. */
const MAX_GROUPS = 100_000;

/**
 * Reads logs and hands each call, judged, to the consumer. Answers what was counted; never throws for what logs hold.
 *
 * Calls of an event source mapping wait where their verdict depends on its source, until a record of the same logs
 * tells it or the logs end; at most 10,000 wait at a time. Everything else comes in the order of the logs.
 */
export async function replayLogs(request: ReplayRequest, consumer: CallConsumer): Promise<ReplayCounts> {
  const { window, signal } = request;
  const counts = { files: 0, records: 0, duplicates: 0, outsideWindow: 0, fileBytes: 0 };
  const seen = createEventWindow(measureFiles(request.files) < LARGE_BYTES ? 'growing' : 'whole');
  const interned = new Map<string, CallGroup>();
  const numbered = new Map<object, NumberedGroups>();
  const mappings = createMappingMemory();
  const allowlists = [request.allowlist, ...(request.against === undefined ? [] : [request.against])];
  const judge = createJudge(request.allowlist, mappings.sources);
  const judgeBefore =
    request.against === undefined ? undefined : createJudge(request.against, mappings.sources);
  const held = createHeldCalls<Omit<JudgedCall, 'decision' | 'before'>>();

  for await (const { batch, reader } of readBatches(
    request.files,
    request.openStdin,
    request.parts ?? PLAIN_READING,
    chooseOriginReading(allowlists),
  )) {
    if (signal.aborted) break;
    takeBatch(batch, numberGroups(batch, reader));
    request.onProgress?.(counts);
    if (signal.aborted) break;
  }
  for (const call of held.releaseAll()) handOver(call);
  return counts;

  function numberGroups(batch: CallBatch, reader: object): NumberedGroups {
    const groups = numbered.get(reader) ?? [];
    numbered.set(reader, groups);
    groups.length = batch.firstGroup;
    if (interned.size > MAX_GROUPS) interned.clear();
    for (const group of batch.groups) {
      const known = interned.get(group.key) ?? group;
      interned.set(known.key, known);
      groups.push(known);
    }
    return groups;
  }

  function takeBatch(batch: CallBatch, groups: NumberedGroups): void {
    counts.files += batch.files;
    counts.fileBytes += batch.fileBytes;
    counts.records += batch.records;
    for (const { reason, count, functionArn } of batch.skipped)
      consumer.takeSkipped(reason, count, functionArn);
    let from = 0;
    for (const note of batch.notes) {
      takeRows(batch, groups, from, note.beforeRow);
      from = note.beforeRow;
      if (signal.aborted) return;
      takeNote(note);
    }
    takeRows(batch, groups, from, batch.rows.length / BATCH_WORDS);
  }

  function takeNote(note: BatchNote): void {
    if (note.kind === 'rejected') consumer.takeRejected(note.file, note.position, note.reason);
    else if (note.kind === 'unreadable') consumer.takeUnreadable(note.file, note.reason);
    else if (note.kind === 'change') {
      if (consumer.takeChange === undefined || !isTold(note.change))
        consumer.takeSkipped(note.otherwise, 1, null);
      else takeChange(note.change, consumer.takeChange);
    } else {
      const learnt = mappings.keep(note.learnt);
      if (learnt === undefined) return;
      consumer.takeMapping?.(note.learnt);
      for (const call of held.release(learnt)) handOver(call);
    }
  }

  /** Whether a change is judged at all, by either of the lists. */
  function isTold(change: ConfigurationChange): boolean {
    const lists = [request.allowlist, ...(request.against === undefined ? [] : [request.against])];
    return lists.some((allowlist) => concernsAllowlist(change, allowlist) === 'concerns');
  }

  /** Changes are told once and by the window of time, as calls are. */
  function takeChange(change: ConfigurationChange, tell: NonNullable<CallConsumer['takeChange']>): void {
    if (change.eventID !== null && seen.meet(...keyEventID(change.eventID)) === 'seen') {
      counts.duplicates += 1;
      return;
    }
    const atMs = parseEventTime(change.eventTime);
    if (atMs < window.sinceMs || atMs >= window.untilMs) {
      counts.outsideWindow += 1;
      return;
    }
    const before = request.against === undefined ? null : judgeChange(change, request.against);
    tell({ change, decision: judgeChange(change, request.allowlist), before });
  }

  function takeRows(batch: CallBatch, groups: NumberedGroups, from: number, until: number): void {
    for (let index = from; index < until && !signal.aborted; index += 1) {
      const row = index * BATCH_WORDS;
      const group = groups[batch.rows[row + BATCH_GROUP] ?? 0];
      if (group === undefined) throw new Error('a batch names a group that it did not bring');
      if (wasSeen(batch, row)) counts.duplicates += 1;
      else takeRow(batch, row, group);
    }
  }

  /** A record without an eventID is never a duplicate: nothing says that two such are the same call. */
  function wasSeen(batch: CallBatch, row: number): boolean {
    const { rows } = batch;
    const at = row + BATCH_ID;
    if (rows[at] === TEXT_ABSENT) return false;
    if (rows[at] === TEXT_PACKED) {
      return seen.meet(rows[at + 1] ?? 0, rows[at + 2] ?? 0, rows[at + 3] ?? 0, rows[at + 4] ?? 0) === 'seen';
    }
    const key = readEventKey(batch, row);
    return key !== undefined && seen.meet(...key) === 'seen';
  }

  function takeRow(batch: CallBatch, row: number, group: CallGroup): void {
    // A call without a readable time may be in the window, so it is judged: a lost field must not hide a call.
    const atMs = readEventMs(batch, row);
    if (atMs < window.sinceMs || atMs >= window.untilMs) {
      counts.outsideWindow += 1;
      return;
    }
    const mapping = judge.findUnknownMapping(group) ?? judgeBefore?.findUnknownMapping(group) ?? null;
    if (mapping === null) {
      const before = judgeBefore?.decide(group, atMs) ?? null;
      consumer.takeCall(new BatchedCall(batch, row, group, atMs, judge.decide(group, atMs), before));
      return;
    }
    const waiting = {
      group,
      atMs,
      eventID: readEventID(batch, row),
      eventTime: readEventTime(batch, row),
      sessionName: readSessionName(batch, row),
    };
    for (const call of held.hold(mapping, waiting)) handOver(call);
  }

  function handOver(call: Omit<JudgedCall, 'decision' | 'before'>): void {
    const { group, atMs } = call;
    const before = judgeBefore?.decide(group, atMs) ?? null;
    consumer.takeCall({ ...call, decision: judge.decide(group, atMs), before });
  }
}
