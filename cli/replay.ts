import { printSafely } from '../core/text.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { findLogs } from './log-search.ts';
import { readReplayOptions } from './replay-options.ts';
import { runReading } from './replay-run.ts';
import { composeSummary, createTally, type ReplayTally } from './replay-tally.ts';

const HELP = `Usage: invokeguard replay PATH… [options]

Judges the Lambda calls in CloudTrail logs by the allowlist, as the deployed guard would, and the changes of who may
call or of what the guard hears by. Changes nothing itself.

  PATH                        a file, a folder (.json, .ndjson, .jsonl below it, each also .gz), - for standard input,
                              or s3://BUCKET/PREFIX; --since and --until narrow by its dates what is read there
  --config FILE               the allowlist (default: invokeguard.yaml)
  --format human|json|ndjson  default human
  --only VERDICT[,VERDICT]    print only these: of calls authorized, unauthorized, undetermined, unguarded; of
                              changes opens, closes, tampers, neutral
  --since T, --until T        only calls from T on, and before T: 2026-01-31 or 2026-01-31T09:30:00Z (UTC)
  --against FILE              print only what this other allowlist, such as the one before a change, judges otherwise
  --strict                    stop at the first file or record that cannot be read
  --threads N                 read with at most N threads (default: one for each processor; one for small logs)
  --help                      this text

Exit codes: 0 nothing found; 1 could not finish, or something could not be read; 2 usage or allowlist error; 3 an
unauthorized or undetermined call, or a change that opens or tampers, was found in the time asked for, whatever --only
prints; with --against, 3 where any call or change is judged otherwise.
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
  const before = options.against === null ? null : readAllowlistArgument(options.against, io);
  if (config.kind === 'invalid' || before?.kind === 'invalid') return 2;
  const found = await findLogs(options.paths, io, options.window);
  if (found.kind === 'missing') {
    for (const problem of found.problems) io.writeErr(`invokeguard replay: ${printSafely(problem)}\n`);
    return 1;
  }
  const tally = createTally(before === null ? 'alone' : 'compared');
  tally.unreadable.push(...found.unreadable.map(({ file, reason }) => `${file}: ${reason}`));
  // What cannot be looked into is the first thing that cannot be read.
  const files = options.stopAt === 'first' && tally.unreadable.length > 0 ? [] : found.files;
  const { end, counts } = await runReading(
    { files, allowlist: config.allowlist, before: before?.allowlist ?? null },
    options,
    tally,
    io,
  );
  if (end === 'cutOff') return 1;
  io.writeErr(END_WORDS[end]);
  io.writeErr(composeSummary(tally, counts));
  return end === 'done' && files === found.files ? chooseExitCode(tally) : 1;
}

const END_WORDS = {
  done: '',
  interrupted: 'interrupted: this is what was read until then\n',
  stopped: 'stopped at the first thing that cannot be read (--strict)\n',
} as const;

/** A finding is told before an incomplete reading: both fail a pipeline, and a finding is certain. */
function chooseExitCode({ verdicts, doors, changes, rejected, unreadable }: ReplayTally): ExitCode {
  const calls = (verdicts.get('unauthorized') ?? 0) + (verdicts.get('undetermined') ?? 0);
  const findings = calls + (doors.get('opens') ?? 0) + (doors.get('tampers') ?? 0);
  if (changes === null ? findings > 0 : changes.size > 0) return 3;
  return unreadable.length + rejected > 0 ? 1 : 0;
}
