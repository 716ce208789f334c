import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { LogFile } from '../logs/log-files.ts';
import type { JudgedCall, JudgedChange, ReplayCounts } from '../logs/replay/call-consumer.ts';
import { measureFiles } from '../logs/replay/read-batches.ts';
import { replayLogs } from '../logs/replay/replay-logs.ts';
import type { CommandIo } from './command-io.ts';
import { createProgress, describeReading } from './progress.ts';
import { findReadingParts } from './reading-parts.ts';
import { composeChangeLine, composeReplayLine, createFormatter } from './replay-line.ts';
import type { ReplayOptions } from './replay-options.ts';
import { addCount, countRejection, type ReplayTally } from './replay-tally.ts';

/** What a replay reads, and the lists that it judges by. */
export interface ReplayInput {
  readonly files: readonly LogFile[];
  readonly allowlist: Allowlist;
  /** The list to compare with: only calls that it judges otherwise are printed. */
  readonly before: Allowlist | null;
}

/**
 * How a reading ended: at the end of the logs; because nobody reads the results any more; because the person
 * interrupted it; or at the first thing that cannot be read, where that was asked for.
 */
export type ReadingEnd = 'done' | 'cutOff' | 'interrupted' | 'stopped';

/** Results are written in pieces of about so many characters. */
const WRITTEN_AT_ONCE = 64 * 1024;

/** Reads, judges, counts and prints. */
export async function runReading(
  { files, allowlist, before }: ReplayInput,
  options: ReplayOptions,
  tally: ReplayTally,
  io: CommandIo,
): Promise<{ readonly end: ReadingEnd; readonly counts: ReplayCounts }> {
  const formatter = createFormatter(options.format);
  const progress = createProgress(io);
  const reading = new AbortController();
  const startMs = io.nowMs();
  const totalBytes = measureFiles(files);
  let end: ReadingEnd = 'done';
  let text = formatter.open;

  const forgetInterrupt = io.onInterrupt?.(() => stop('interrupted'));
  const counts = await replayLogs(
    {
      files,
      openStdin: () => io.stdin,
      parts: findReadingParts(files, options.threads),
      allowlist,
      ...(before === null ? {} : { against: before }),
      window: options.window,
      signal: reading.signal,
      onProgress: (counts) => {
        flush();
        progress.show(describeReading(counts, totalBytes, io.nowMs() - startMs));
      },
    },
    {
      takeCall,
      takeChange,
      takeSkipped: (reason, count) => addCount(tally.skipped, reason, count),
      takeRejected: (file, position, reason) => {
        countRejection(tally, file, position, reason);
        if (options.stopAt === 'first') stop('stopped');
      },
      takeUnreadable: (file, reason) => {
        tally.unreadable.push(`${file}: ${reason}`);
        if (options.stopAt === 'first') stop('stopped');
      },
    },
  );
  forgetInterrupt?.();
  text += formatter.close();
  flush();
  progress.clear();
  return { end, counts };

  function takeCall(call: JudgedCall): void {
    const { decision, before } = call;
    addCount(tally.verdicts, decision.verdict, 1);
    if (before !== null) {
      if (before.verdict === decision.verdict) return;
      if (tally.changes !== null) addCount(tally.changes, `${before.verdict} → ${decision.verdict}`, 1);
    }
    if (options.only !== null && !options.only.has(decision.verdict)) return;
    print(formatter.format(composeReplayLine(call)));
  }

  function takeChange(judged: JudgedChange): void {
    const { change, decision, before } = judged;
    addCount(tally.doors, decision.verdict, 1);
    if (before !== null) {
      if (before.verdict === decision.verdict) return;
      if (tally.changes !== null) addCount(tally.changes, `${before.verdict} → ${decision.verdict}`, 1);
    }
    if (options.only !== null && !options.only.has(decision.verdict)) return;
    print(formatter.formatChange(composeChangeLine(judged), change.eventTime));
  }

  function print(line: string): void {
    text += line;
    if (io.outState?.() === 'closed') stop('cutOff');
    if (text.length >= WRITTEN_AT_ONCE) flush();
  }

  function stop(why: ReadingEnd): void {
    if (end === 'done') end = why;
    reading.abort();
  }

  function flush(): void {
    if (text === '') return;
    progress.clear();
    io.writeOut(text);
    text = '';
  }
}
