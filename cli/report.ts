import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Allowlist, EMPTY_ALLOWLIST } from '../core/allowlist/allowlist.ts';
import type { Report } from '../core/report/report.ts';
import { composeReport } from '../core/report/report-composition.ts';
import { createReportTally } from '../core/report/report-tally.ts';
import { encodeJsonLine, printSafely } from '../core/text.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { findLogs } from './log-search.ts';
import { tallyLogs } from './log-tally.ts';
import { checkOutputFile, writeOutputFile } from './output-file.ts';
import { composeSummary, createTally } from './replay-tally.ts';
import { type ReportOptions, readReportOptions } from './report-options.ts';

const HELP = `Usage: invokeguard report PATH… [options]

Tells who calls which Lambda function, how often, and what enforcing the allowlist would have blocked: one HTML file
with charts that needs no network, or the same as JSON. Changes nothing.

  PATH                  as for replay
  --config FILE         the allowlist (default: invokeguard.yaml where it is there; else nobody guards any function)
  --format html|json    default html
  --output FILE         write the report there (default: standard output); a file that is there is replaced
  --since T, --until T  only calls from T on, and before T: 2026-01-31 or 2026-01-31T09:30:00Z (UTC)
  --help                this text

Exit codes: 0 reported, whatever was found; 1 could not finish, or logs could not all be read (the report is made of
what could, and says so); 2 usage or allowlist error.
`;

/** `invokeguard report`: who called what, and what would have been blocked. */
export const reportCommand: Command = {
  name: 'report',
  summary: 'show who calls what, and what enforcing would have blocked',
  help: HELP,
  run: runReport,
};

const DEFAULT_CONFIG = 'invokeguard.yaml';

async function runReport(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readReportOptions(args);
  if (options.kind === 'usageError')
    return refuse(`${options.message}; see \`invokeguard report --help\``, 2, io);
  const config = readConfig(options, io);
  if (config === undefined) return 2;
  const found = await findLogs(options.paths, io, options.window);
  if (found.kind === 'missing') {
    for (const problem of found.problems) refuse(problem, 1, io);
    return 1;
  }
  if (options.output !== null) {
    const inputs = found.files.flatMap((file) => (file.kind === 'file' ? [file.path] : []));
    const checked = checkOutputFile(options.output, io.cwd, inputs);
    if (checked.kind === 'failed') return refuse(checked.message, 1, io);
  }
  const replay = createTally('alone');
  replay.unreadable.push(...found.unreadable.map(({ file, reason }) => `${file}: ${reason}`));
  const calls = createReportTally();
  const counts = await tallyLogs(
    found.files,
    { allowlist: config.allowlist, window: options.window },
    replay,
    {
      takeCall: calls.takeCall,
      takeSkipped: (reason, count, functionArn) => {
        if (reason === 'invokeExecution') calls.takeExecutions(functionArn, count);
      },
    },
    io,
  );
  const report = composeReport(calls, {
    ...config,
    ...options.window,
    nowMs: io.nowMs(),
    reading: {
      files: counts.files,
      records: counts.records,
      duplicates: counts.duplicates,
      outsideWindow: counts.outsideWindow,
      skipped: Object.fromEntries(replay.skipped),
      rejected: replay.rejected,
      unreadable: replay.unreadable,
    },
  });
  io.writeErr(composeSummary(replay, counts));
  const text = await writeText(report, options);
  if (options.output === null) io.writeOut(text);
  else {
    const written = writeOutputFile(options.output, io.cwd, text);
    if (written.kind === 'failed') return refuse(written.message, 1, io);
  }
  return replay.unreadable.length + replay.rejected > 0 ? 1 : 0;
}

function refuse(message: string, code: ExitCode, io: CommandIo): ExitCode {
  io.writeErr(`invokeguard report: ${printSafely(message)}\n`);
  return code;
}

/**
 * A report is what one reads before there is an allowlist, so that a missing one is no error unless it was named.
 * One that is there and cannot be understood always is: a report by half a list would mislead.
 */
function readConfig(
  { config }: ReportOptions,
  io: CommandIo,
): { readonly allowlist: Allowlist; readonly allowlistFile: string | null } | undefined {
  if (config === null && !existsSync(resolve(io.cwd, DEFAULT_CONFIG))) {
    io.writeErr(`note: there is no ${DEFAULT_CONFIG} here, so every function counts as unguarded\n`);
    return { allowlist: EMPTY_ALLOWLIST, allowlistFile: null };
  }
  const allowlistFile = config ?? DEFAULT_CONFIG;
  const read = readAllowlistArgument(allowlistFile, io);
  return read.kind === 'invalid' ? undefined : { allowlist: read.allowlist, allowlistFile };
}

/** The page is loaded only when it is asked for: its charts are half a megabyte of code. */
async function writeText(report: Report, { format }: ReportOptions): Promise<string> {
  if (format === 'json') return `${encodeJsonLine(report)}\n`;
  const { composePage } = await import('./report-page/page.ts');
  return composePage(report);
}
