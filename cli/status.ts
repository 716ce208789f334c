import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import { listTargets, type PlanningPorts } from '../containment/hardening.ts';
import { type InspectedPolicy, type InspectionLedger, inspectPolicies } from '../containment/inspection.ts';
import type { FunctionDirectory, PolicyTarget } from '../containment/ports.ts';
import { type Allowlist, type FunctionEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import { findEndingEntries, STATUS_NOTICE_DAYS } from '../core/allowlist/expiry.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import { type Guard, nameGuard } from '../core/guard.ts';
import { encodeJsonLine } from '../core/text.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { openLambdaPorts } from './live-lambda.ts';
import { openLivePorts } from './live-ports.ts';
import { createProgress } from './progress.ts';
import { composeCoverageJson, composeFunctionJson } from './status-json.ts';
import { readStatusOptions, type StatusOptions } from './status-options.ts';
import { describeCoverage, describeFunction } from './status-text.ts';

const USAGE =
  'usage: invokeguard status [--function ARN] [--qualifier Q] [--config FILE] [--region R] [--format human|json]';

const HELP = `${USAGE}

Looks at a live account and changes nothing. Without --function: every function of the account and Region, which entry
of the allowlist guards it and in which mode, or that nobody does. With --function: what each of its policies lets in
today, held against the allowlist, and what the deployed guard has done to it.

  --function ARN   one function, with all its policies: its own, $LATEST, aliases and versions
  --qualifier Q    only the policy of this version or alias
  --config FILE    the allowlist (default: invokeguard.yaml)
  --region R       the Region to list (default: AWS_REGION or AWS_DEFAULT_REGION)
  --format         human (default) or json
  --help           this text

Exit code: 0 looked at; 1 could not finish; 2 usage, bad allowlist, or function not in the list.
`;

/** `invokeguard status`: what the policies of a live account let in, held against the allowlist. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'what live functions let in today, against the allowlist',
  help: HELP,
  run: runStatus,
};

async function runStatus(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readStatusOptions(args, io.env);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') {
    io.writeErr(`${options.message}\n${USAGE}\n`);
    return 2;
  }
  const config = readAllowlistArgument(options.config, io);
  if (config.kind === 'invalid') return 2;
  const { subject, region } = options;
  const lambda = openLambdaPorts(region, io);
  if (subject.kind === 'functions') return showCoverage(options, config.allowlist, lambda.functions, io);
  const { functionArn } = subject.target;
  const entry = findFunctionEntry(config.allowlist, functionArn);
  if (entry === undefined) {
    io.writeErr(`no entry of ${options.config} names \`${functionArn}\`: add one\n`);
    return 2;
  }
  const live = await openLivePorts(region, io, SYSTEM_CLOCK);
  if (live.kind === 'unavailable') io.writeErr(`${live.problem}\n`);
  const ledger = live.kind === 'live' ? live.ports.ledger : null;
  const guard = live.kind === 'live' ? live.guard : nameGuard(subject.account, region);
  const question = { target: subject.target, entry, allowlist: config.allowlist, format: options.format };
  return showFunction(question, guard, { ...lambda, ledger }, io);
}

/** Lists the functions and who guards them: everything but the reading of arguments and the building of ports. */
export async function showCoverage(
  { region, config, format }: Pick<StatusOptions, 'region' | 'config' | 'format'>,
  allowlist: Allowlist,
  functions: FunctionDirectory,
  io: CommandIo,
): Promise<ExitCode> {
  const covered = (await functions.listFunctions()).map((functionArn) => ({
    functionArn,
    entry: findFunctionEntry(allowlist, functionArn),
  }));
  const entries = [...allowlist.functions.flatMap(({ invokers }) => invokers), ...allowlist.breakGlass];
  const coverage = {
    region,
    config,
    functions: covered,
    ending: findEndingEntries(entries, io.nowMs(), STATUS_NOTICE_DAYS),
  };
  io.writeOut(
    format === 'json' ? `${encodeJsonLine(composeCoverageJson(coverage))}\n` : describeCoverage(coverage),
  );
  return 0;
}

/** One function to look at, by the entry that guards it. A qualifier of null asks for all its policies. */
export interface StatusQuestion {
  readonly target: PolicyTarget;
  readonly entry: FunctionEntry;
  readonly allowlist: Allowlist;
  readonly format: 'human' | 'json';
}

/** Looks at one function's policies: everything but the reading of arguments and the building of ports. */
export async function showFunction(
  { target, entry, allowlist, format }: StatusQuestion,
  guard: Guard,
  ports: PlanningPorts & { readonly ledger: InspectionLedger },
  io: CommandIo,
): Promise<ExitCode> {
  const { functionArn } = target;
  const entries = listInvokers(allowlist, entry);
  const targets = target.qualifier === null ? await listTargets(functionArn, ports.qualifiers) : [target];
  const progress = createProgress(io);
  const policies: InspectedPolicy[] = [];
  const asked = targets.map((one) => ({ target: one, entries }));
  for await (const policy of inspectPolicies(asked, guard, ports, ports.ledger)) {
    policies.push(policy);
    progress.show(`policy ${policies.length} of ${targets.length}`);
  }
  progress.clear();
  if (policies.every(({ state }) => state.kind === 'missing')) {
    io.writeErr('the function, version or alias does not exist\n');
    return 1;
  }
  const ending = findEndingEntries(entries, io.nowMs(), STATUS_NOTICE_DAYS);
  const ledger = ports.ledger === null ? 'none' : 'read';
  const found = { functionArn, entry, policies, ending, ledger } as const;
  io.writeOut(
    format === 'json' ? `${encodeJsonLine(composeFunctionJson(found))}\n` : describeFunction(found),
  );
  return 0;
}
