import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import type { FunctionDirectory } from '../containment/ports.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import { type Guard, nameGuard, STACK_FUNCTION_NAMES } from '../core/guard.ts';
import { parseFunctionName } from '../core/record/function-reference.ts';
import { printSafely } from '../core/text.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { type ContainOptions, readContainOptions } from './contain-options.ts';
import { type ContainSubjects, type ContainWriting, containFunctions } from './contain-run.ts';
import { openLambdaPorts } from './live-lambda.ts';
import { openLivePorts } from './live-ports.ts';
import { findLogs } from './log-search.ts';
import { runTier } from './tier.ts';
import { namesTier } from './tier-options.ts';

const USAGE =
  'usage: invokeguard contain (--function ARN [--qualifier Q] | --all) [--dry-run] [--logs PATH…] [--config FILE] [--region R] [--yes] [--format human|json]\n       invokeguard contain --tier freeze|disable-triggers --function ARN [--dry-run] [--yes] [--format human|json]';

const HELP = `${USAGE}

Writes guard statements into resource policies up front, before any violation: from then on only the callers that the
allowlist lists get in. Shows the plan for every policy, and asks once before it changes anything. Needs a deployed
guard, whose ledger keeps what a rollback puts back.

  --function ARN   one function, with all its policies: its own, $LATEST, aliases and versions
  --qualifier Q    only the policy of this version or alias
  --all            every function of the account and Region that the allowlist puts in mode enforce
  --dry-run        show the plans, ask nothing and change nothing; needs no deployed guard
  --logs PATH…     CloudTrail logs (files, folders, - or s3://BUCKET/PREFIX): also show their callers who would be
                   shut out
  --config FILE    the allowlist (default: invokeguard.yaml); deploy the same one, or the guard goes back to its own
  --region R       the Region of --all (default: AWS_REGION or AWS_DEFAULT_REGION)
  --tier TIER      instead of the policy, whoever is listed: freeze (reserved concurrency 0: nothing runs), or
                   disable-triggers (event source mappings off, open function URLs to AWS_IAM); one whole function
  --yes            do not ask
  --format         human (default) or json
  --help           this text

Exit code: 0 done, or nothing to do; 1 refused, partly done, declined or failed; 2 usage, bad allowlist, or function
not in the list.
`;

/** `invokeguard contain`: hardening, guard statements before any violation. */
export const containCommand: Command = {
  name: 'contain',
  summary: 'write guard statements into live policies, before any violation',
  help: HELP,
  run: runContain,
};

async function runContain(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (namesTier(args)) return runTier('contain', args, USAGE, io);
  const options = readContainOptions(args, io.env);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') return fail(io, `${options.message}\n${USAGE}`, 2);
  const config = readAllowlistArgument(options.config, io);
  if (config.kind === 'invalid') return 2;
  const logs = await findLogs(options.logs, io);
  if (logs.kind === 'missing') return fail(io, logs.problems.join('\n'), 1);
  const lambda = openLambdaPorts(options.region, io);
  const subjects = await chooseSubjects(options, config.allowlist, lambda.functions);
  if (subjects.kind === 'notListed') {
    return fail(io, `no entry of ${options.config} names \`${subjects.functionArn}\`: add one`, 2);
  }
  const [account] = subjects.functions.map(
    ({ functionArn }) => parseFunctionName(functionArn)?.account ?? '',
  );
  let guard: Guard = nameGuard(account ?? '', options.region);
  let writing: ContainWriting = { kind: 'dryRun' };
  if (options.run !== 'dryRun' && subjects.functions.length > 0) {
    const live = await openLivePorts(options.region, io, SYSTEM_CLOCK);
    if (live.kind === 'unavailable') return fail(io, live.problem, 1);
    guard = live.guard;
    writing = { kind: options.run, ports: live.ports };
  }
  const unread = logs.unreadable.map(({ file, reason }) => `${file}: ${reason}`);
  return containFunctions(
    {
      subjects,
      allowlist: config.allowlist,
      format: options.format,
      logs: options.logs.length === 0 ? null : { files: logs.files, unread },
    },
    guard,
    lambda,
    writing,
    io,
  );
}

function fail(io: CommandIo, message: string, code: 1 | 2): ExitCode {
  io.writeErr(`${message.split('\n').map(printSafely).join('\n')}\n`);
  return code;
}

/**
 * Decides which functions are meant. Those of scope offender are left out, since nobody has called; the guard's own
 * functions are no part of `--all`, as their calls are judged nowhere.
 */
export async function chooseSubjects(
  { subject }: Pick<ContainOptions, 'subject'>,
  allowlist: Allowlist,
  directory: FunctionDirectory,
): Promise<ContainSubjects | { readonly kind: 'notListed'; readonly functionArn: string }> {
  if (subject.kind === 'function') {
    const { functionArn, qualifier } = subject.target;
    const entry = findFunctionEntry(allowlist, functionArn);
    if (entry === undefined) return { kind: 'notListed', functionArn };
    return { kind: 'subjects', functions: [{ functionArn, entry }], qualifier };
  }
  const functions = (await directory.listFunctions()).flatMap((functionArn) => {
    const entry = findFunctionEntry(allowlist, functionArn);
    const own = STACK_FUNCTION_NAMES.includes(parseFunctionName(functionArn)?.name ?? '');
    return entry?.mode === 'enforce' && !own ? [{ functionArn, entry }] : [];
  });
  return { kind: 'subjects', functions, qualifier: null };
}
