import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { LogFile } from '../logs/log-files.ts';
import type { CallConsumer, ReplayCounts } from '../logs/replay/call-consumer.ts';
import { measureFiles } from '../logs/replay/read-batches.ts';
import { replayLogs, type TimeWindow } from '../logs/replay/replay-logs.ts';
import type { CommandIo } from './command-io.ts';
import { createProgress, describeReading } from './progress.ts';
import { findReadingParts } from './reading-parts.ts';
import { addCount, countRejection, type ReplayTally } from './replay-tally.ts';

/** What a command that counts calls does with each, and with what else it wants to know. */
export type TallyConsumer = Pick<CallConsumer, 'takeCall' | 'takeMapping'> & Partial<CallConsumer>;

/**
 * Reads logs for a command that prints at the end: shows how far it is, ends early where the person interrupts it (the
 * tally then says so), and counts what every summary tells.
 */
export async function tallyLogs(
  files: readonly LogFile[],
  judged: { readonly allowlist: Allowlist; readonly window: TimeWindow },
  tally: ReplayTally,
  consumer: TallyConsumer,
  io: CommandIo,
): Promise<ReplayCounts> {
  const progress = createProgress(io);
  const reading = new AbortController();
  const startMs = io.nowMs();
  const totalBytes = measureFiles(files);
  const forgetInterrupt = io.onInterrupt?.(() => {
    tally.unreadable.push('interrupted before the end of the logs');
    reading.abort();
  });
  const counts = await replayLogs(
    {
      files,
      openStdin: () => io.stdin,
      parts: findReadingParts(files),
      ...judged,
      signal: reading.signal,
      onProgress: (counts) => progress.show(describeReading(counts, totalBytes, io.nowMs() - startMs)),
    },
    {
      ...consumer,
      takeCall: (call) => {
        addCount(tally.verdicts, call.decision.verdict, 1);
        consumer.takeCall(call);
      },
      takeSkipped: (reason, count, functionArn) => {
        addCount(tally.skipped, reason, count);
        consumer.takeSkipped?.(reason, count, functionArn);
      },
      takeRejected: (file, position, reason) => countRejection(tally, file, position, reason),
      takeUnreadable: (file, reason) => tally.unreadable.push(`${file}: ${reason}`),
    },
  );
  forgetInterrupt?.();
  progress.clear();
  return counts;
}
