import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { identifyCaller } from '../core/caller/caller.ts';
import { type LambdaInvocation, parseInvocation } from '../core/record/invocation.ts';
import { printSafely } from '../core/text.ts';
import { decideInvocation } from '../core/verdict/decision.ts';
import type { LogEntry } from '../logs/log-entry.ts';
import { findLogFiles, type LogFile } from '../logs/log-files.ts';
import { readLogFile } from '../logs/log-reader.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { createProgress } from './progress.ts';
import { composeReplayLine, createFormatter, type ReplayLine } from './replay-line.ts';
import { type ReplayOptions, readReplayOptions, type TimeWindow } from './replay-options.ts';
import { composeSummary, countOne, countRejection, createTally, type ReplayTally } from './replay-tally.ts';

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
  const end = await replayFiles(found.files, options, config.allowlist, tally, io);
  if (end === 'cutOff') return 1;
  io.writeErr(composeSummary(tally));
  return chooseExitCode(tally);
}

/** Reads, judges and prints; `cutOff` where nobody reads the results any more. */
async function replayFiles(
  files: readonly LogFile[],
  options: ReplayOptions,
  allowlist: Allowlist,
  tally: ReplayTally,
  io: CommandIo,
): Promise<'done' | 'cutOff'> {
  const formatter = createFormatter(options.format);
  const progress = createProgress(io);
  const seen = new Set<string>();
  const write = (text: string): void => {
    if (text === '') return;
    progress.clear();
    io.writeOut(text);
  };
  write(formatter.open);
  for (const file of files) {
    tally.files += 1;
    for await (const entry of readLogFile(file, () => io.stdin)) {
      progress.show(`${tally.records} records, file ${tally.files} of ${files.length}`);
      const line = judgeEntry(entry, { allowlist, window: options.window, seen }, tally);
      if (line === undefined || (options.only !== null && !options.only.has(line.verdict))) continue;
      write(formatter.format(line));
      if (io.outState?.() === 'closed') return 'cutOff';
    }
  }
  write(formatter.close());
  progress.clear();
  return 'done';
}

interface Judging {
  readonly allowlist: Allowlist;
  readonly window: TimeWindow;
  /** The eventIDs of the calls so far. */
  readonly seen: Set<string>;
}

/** Counts one entry of a log, and answers its line if it is a call that has to be judged. */
function judgeEntry(entry: LogEntry, judging: Judging, tally: ReplayTally): ReplayLine | undefined {
  if (entry.kind === 'unreadable') {
    tally.unreadable.push(`${entry.file}: ${entry.reason}`);
    return undefined;
  }
  if (entry.kind !== 'skipped') tally.records += 1;
  if (entry.kind === 'rejected') {
    countRejection(tally, entry.file, entry.position, entry.reason);
    return undefined;
  }
  const parsed = entry.kind === 'skipped' ? entry : parseInvocation(entry.input);
  if (parsed.kind === 'rejected') countRejection(tally, entry.file, entry.position, parsed.reason);
  else if (parsed.kind === 'skipped') countOne(tally.skipped, parsed.reason);
  else return judgeInvocation(parsed, judging, tally);
  return undefined;
}

function judgeInvocation(
  invocation: LambdaInvocation,
  { allowlist, window, seen }: Judging,
  tally: ReplayTally,
): ReplayLine | undefined {
  // A record without an eventID is never a duplicate: nothing says that two such are the same call.
  if (invocation.eventID !== null) {
    if (seen.has(invocation.eventID)) {
      tally.duplicates += 1;
      return undefined;
    }
    seen.add(invocation.eventID);
  }
  // A call without a readable time may be in the window, so it is judged: a lost field must not hide a call.
  const atMs = Date.parse(invocation.eventTime ?? '');
  if (atMs < window.sinceMs || atMs >= window.untilMs) {
    tally.outsideWindow += 1;
    return undefined;
  }
  const caller = identifyCaller(invocation);
  const decision = decideInvocation(invocation, caller, allowlist);
  countOne(tally.verdicts, decision.verdict);
  return composeReplayLine(invocation, caller, decision);
}

/** A finding is told before an incomplete reading: both fail a pipeline, and a finding is certain. */
function chooseExitCode(tally: ReplayTally): ExitCode {
  if ((tally.verdicts.get('unauthorized') ?? 0) + (tally.verdicts.get('undetermined') ?? 0) > 0) return 3;
  return tally.unreadable.length > 0 ? 1 : 0;
}
