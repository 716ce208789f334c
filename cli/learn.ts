import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeDrafts } from '../config/allowlist-draft.ts';
import { readAllowlist } from '../config/allowlist-file.ts';
import { formatProblem } from '../config/problem.ts';
import { type Allowlist, EMPTY_ALLOWLIST } from '../core/allowlist/allowlist.ts';
import { draftEntries } from '../core/learn/allowlist-draft.ts';
import { type CallTally, createCallTally, MOST_SIGHTINGS } from '../core/learn/call-tally.ts';
import { printSafely } from '../core/text.ts';
import type { LogFile } from '../logs/log-files.ts';
import type { ReplayCounts } from '../logs/replay/call-consumer.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { type LearnOptions, readLearnOptions } from './learn-options.ts';
import { findLogs } from './log-search.ts';
import { type TallyConsumer, tallyLogs } from './log-tally.ts';
import { checkOutputFile, writeOutputFile } from './output-file.ts';
import { composeSummary, createTally, type ReplayTally } from './replay-tally.ts';

const HELP = `Usage: invokeguard learn PATH… [options]

Drafts an allowlist from the Lambda calls in CloudTrail logs: an entry for each caller of each function, with its count
and the days on which it was first and last seen. What is unusual (another account, anonymous, root, rare, first seen
late, only failed calls) is written as a comment, for a person to decide. Changes nothing.

  PATH                  as for replay
  --config FILE         an allowlist to add to: callers that it lists already need no entry, its comments stay
                        (default: a new allowlist)
  --output FILE         write the draft there (default: standard output); a file that is there is replaced only if --config
                        names it too
  --since T, --until T  only calls from T on, and before T: 2026-01-31 or 2026-01-31T09:30:00Z (UTC)
  --help                this text

Exit codes: 0 drafted; 1 could not finish, or logs could not all be read (the draft is written from what could);
2 usage or allowlist error.
`;

/** `invokeguard learn`: what allowlist would fit the calls that are logged. */
export const learnCommand: Command = {
  name: 'learn',
  summary: 'draft an allowlist from the calls in CloudTrail logs',
  help: HELP,
  run: runLearn,
};

async function runLearn(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readLearnOptions(args);
  if (options.kind === 'usageError') {
    io.writeErr(`invokeguard learn: ${printSafely(options.message)}; see \`invokeguard learn --help\`\n`);
    return 2;
  }
  const base = readBase(options, io);
  if (base === undefined) return 2;
  const found = await findLogs(options.paths, io, options.window);
  if (found.kind === 'missing') {
    for (const problem of found.problems) io.writeErr(`invokeguard learn: ${printSafely(problem)}\n`);
    return 1;
  }
  const clash = findClash(options, io);
  if (clash !== undefined) {
    io.writeErr(`invokeguard learn: ${printSafely(clash)}\n`);
    return 1;
  }
  if (options.output !== null) {
    const inputs = found.files.flatMap((file) => (file.kind === 'file' ? [file.path] : []));
    const checked = checkOutputFile(options.output, io.cwd, inputs);
    if (checked.kind === 'failed') {
      io.writeErr(`invokeguard learn: ${printSafely(checked.message)}\n`);
      return 1;
    }
  }
  const tally = createTally('alone');
  tally.unreadable.push(...found.unreadable.map(({ file, reason }) => `${file}: ${reason}`));
  const calls = createCallTally();
  const { counts, left, sources } = await countCalls(
    found.files,
    options,
    base.allowlist,
    { calls, tally },
    io,
  );
  io.writeErr(composeSummary(tally, counts));
  const drafts = draftEntries(calls.listSightings(), base.allowlist, (mappingArn) => sources.get(mappingArn));
  const title = `Drafted by \`invokeguard learn\` from ${counts.records} records. Read every line before you deploy it.`;
  const text = writeDrafts(base.text, drafts, title, io.nowMs());
  const written = checkDraft(text, io) === 'good' ? writeDraft(text, options, io) : 'refused';
  if (left > 0) {
    io.writeErr(
      `${left} calls of callers beyond the first ${MOST_SIGHTINGS} are not in the draft: give fewer logs\n`,
    );
  }
  const missed = left + tally.unreadable.length + tally.rejected;
  return written === 'written' && missed === 0 ? 0 : 1;
}

/** A list that somebody wrote is only replaced by one that was made from it. */
function findClash({ config, output }: LearnOptions, { cwd }: CommandIo): string | undefined {
  if (output === null) return undefined;
  const path = resolve(cwd, output);
  const added = config !== null && resolve(cwd, config) === path;
  if (added || !existsSync(path) || !statSync(path).isFile()) return undefined;
  return `\`${output}\` is there already: add to it with \`--config ${output}\`, or name another file`;
}

/** The allowlist to add to, with its text; an empty one where none is named. */
function readBase(
  { config }: LearnOptions,
  io: CommandIo,
): { readonly allowlist: Allowlist; readonly text: string | null } | undefined {
  if (config === null) return { allowlist: EMPTY_ALLOWLIST, text: null };
  const read = readAllowlistArgument(config, io);
  if (read.kind === 'invalid') return undefined;
  return { allowlist: read.allowlist, text: readFileSync(resolve(io.cwd, config), 'utf8') };
}

interface LearntCalls {
  readonly counts: ReplayCounts;
  /** Calls for which the tally had no room. */
  readonly left: number;
  /** Sources of event source mappings, by the mappings' ARNs. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Counts the calls that the list does not authorize yet. */
async function countCalls(
  files: readonly LogFile[],
  { window }: LearnOptions,
  allowlist: Allowlist,
  { calls, tally }: { readonly calls: CallTally; readonly tally: ReplayTally },
  io: CommandIo,
): Promise<LearntCalls> {
  let left = 0;
  const sources = new Map<string, string>();
  const consumer: TallyConsumer = {
    takeCall: ({ group, decision, atMs }) => {
      const { functionArn, caller, outcome } = group;
      if (functionArn === null) return;
      // What the record lacks is no reason for another entry beside the one that nearly lists the caller.
      const nearly = decision.nearest !== null && decision.verdict === 'undetermined';
      if (decision.verdict === 'authorized' || nearly) calls.countOther({ functionArn, atMs });
      else if (calls.countCall({ functionArn, caller, outcome, atMs }) === 'full') left += 1;
    },
    takeMapping: ({ mappingArn, sourceArn }) => sources.set(mappingArn, sourceArn),
  };
  const counts = await tallyLogs(files, { allowlist, window }, tally, consumer, io);
  return { counts, left, sources };
}

/** A draft that `check` would refuse is a fault of ours, and is not handed out. */
function checkDraft(text: string, io: CommandIo): 'good' | 'bad' {
  const reading = readAllowlist(text, 'draft', io.nowMs());
  if (reading.kind === 'allowlist') return 'good';
  for (const problem of reading.problems) io.writeErr(`error: ${formatProblem(problem)}\n`);
  io.writeErr('the draft is not an allowlist that could be deployed, so it is not written\n');
  return 'bad';
}

function writeDraft(text: string, { output }: LearnOptions, io: CommandIo): 'written' | 'refused' {
  if (output === null) {
    io.writeOut(text);
    return 'written';
  }
  const written = writeOutputFile(output, io.cwd, text);
  if (written.kind === 'written') return 'written';
  io.writeErr(`invokeguard learn: ${printSafely(written.message)}\n`);
  return 'refused';
}
