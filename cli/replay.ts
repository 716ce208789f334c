import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { printSafely } from '../core/text.ts';
import { findLogFiles, type LogFile } from '../logs/log-files.ts';
import type { ReplayCounts } from '../logs/replay/call-consumer.ts';
import { replayLogs } from '../logs/replay/replay-logs.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { createProgress } from './progress.ts';
import { findReadingParts } from './reading-parts.ts';
import { composeReplayLine, createFormatter } from './replay-line.ts';
import { type ReplayOptions, readReplayOptions } from './replay-options.ts';
import { addCount, composeSummary, countRejection, createTally, type ReplayTally } from './replay-tally.ts';

const HELP = `Usage: invokeguard replay PATH… [options]

Judges the Lambda calls in CloudTrail logs by the allowlist, as the deployed guard would. Changes nothing.

  PATH                        a file, a folder (.json, .ndjson, .jsonl below it, each also .gz), or - for standard input
  --config FILE               the allowlist (default: invokeguard.yaml)
  --format human|json|ndjson  default human
  --only VERDICT[,VERDICT]    print only these: authorized, unauthorized, undetermined, unguarded
  --since T, --until T        only calls from T on, and before T: 2026-01-31 or 2026-01-31T09:30:00Z (UTC)
  --help                      this text

Exit codes: 0 nothing found; 1 could not finish; 2 usage or allowlist error; 3 an unauthorized or undetermined call was
found in the time asked for, whatever --only prints.
`;

/** `invokeguard replay`: what the guard would have said about calls that are logged. */
export const replayCommand: Command = {
  name: 'replay',
  summary: 'judge the calls in CloudTrail logs by the allowlist',
  help: HELP,
  run: runReplay,
};

async function runReplay(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readReplayOptions(args);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') {
    io.writeErr(`invokeguard replay: ${printSafely(options.message)}; see \`invokeguard replay --help\`\n`);
    return 2;
  }
  const config = readAllowlistArgument(options.config, io);
  if (config.kind === 'invalid') return 2;
  const found = await findLogFiles(options.paths, io.cwd);
  if (found.kind === 'missing') {
    for (const problem of found.problems) io.writeErr(`invokeguard replay: ${printSafely(problem)}\n`);
    return 1;
  }
  const tally = createTally();
  tally.unreadable.push(...found.unreadable.map(({ file, reason }) => `${file}: ${reason}`));
  if (found.files.length === 0) {
    io.writeErr('warning: no .json, .ndjson or .jsonl file in the folders, nothing was read\n');
  }
  const counts = await replayFiles(found.files, options, config.allowlist, tally, io);
  if (counts === undefined) return 1;
  io.writeErr(composeSummary(tally, counts));
  return chooseExitCode(tally);
}

/** Reads, judges and prints; undefined where nobody reads the results any more. */
async function replayFiles(
  files: readonly LogFile[],
  options: ReplayOptions,
  allowlist: Allowlist,
  tally: ReplayTally,
  io: CommandIo,
): Promise<ReplayCounts | undefined> {
  const formatter = createFormatter(options.format);
  const progress = createProgress(io);
  const ending = new AbortController();
  const write = (text: string): void => {
    if (text === '') return;
    progress.clear();
    io.writeOut(text);
  };
  write(formatter.open);
  const counts = await replayLogs(
    {
      files,
      openStdin: () => io.stdin,
      parts: findReadingParts(),
      allowlist,
      window: options.window,
      signal: ending.signal,
      onProgress: (counts) => {
        progress.show(`${counts.records} records, file ${counts.files} of ${files.length}`);
      },
    },
    {
      takeCall: (call) => {
        const { verdict } = call.decision;
        addCount(tally.verdicts, verdict, 1);
        if (options.only !== null && !options.only.has(verdict)) return;
        write(formatter.format(composeReplayLine(call)));
        if (io.outState?.() === 'closed') ending.abort();
      },
      takeSkipped: (reason, count) => addCount(tally.skipped, reason, count),
      takeRejected: (file, position, reason) => countRejection(tally, file, position, reason),
      takeUnreadable: (file, reason) => tally.unreadable.push(`${file}: ${reason}`),
    },
  );
  if (ending.signal.aborted) return undefined;
  write(formatter.close());
  progress.clear();
  return counts;
}

/** A finding is told before an incomplete reading: both fail a pipeline, and a finding is certain. */
function chooseExitCode(tally: ReplayTally): ExitCode {
  if ((tally.verdicts.get('unauthorized') ?? 0) + (tally.verdicts.get('undetermined') ?? 0) > 0) return 3;
  return tally.unreadable.length > 0 ? 1 : 0;
}
