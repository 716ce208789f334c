import { resolve } from 'node:path';
import { buildClients } from '../aws/clients.ts';
import { LambdaFunctionTags } from '../aws/lambda-function-tags.ts';
import { LambdaPolicyStore } from '../aws/lambda-policy-store.ts';
import { composePlanInput, planStanding } from '../containment/containment.ts';
import { findPolicyOwner } from '../containment/policy-owner.ts';
import type { PolicyReading, PolicyTarget } from '../containment/ports.ts';
import type { PolicyOwner } from '../core/alert/policy-owner.ts';
import { listInvokers } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import { nameGuard } from '../core/guard.ts';
import type { ContainmentPlan, Lever } from '../core/plan/containment-plan.ts';
import type { PolicyDocument } from '../core/policy/document.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import { parseArguments } from './arguments.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { composeLastingTemplate } from './lasting-template.ts';
import { readLiveTarget } from './live-target.ts';
import { composePlanJson, describePlan } from './plan-text.ts';
import { readPolicyFile } from './policy-file.ts';

const USAGE =
  'usage: invokeguard plan --function ARN [--qualifier Q] [--policy FILE] [--config FILE] [--format human|json|cloudformation]';

const HELP = `${USAGE}

Shows what containing a function would do to its resource policy, whatever its mode, and changes nothing.

  --function ARN   the function (with or without :QUALIFIER)
  --qualifier Q    the version or alias whose policy it is (default: the function itself)
  --policy FILE    plan for this policy, offline; else the policy is read from AWS. Without statements it is no policy
  --config FILE    the allowlist (default: invokeguard.yaml)
  --format         human (default); json: {kind, policy, removed, added, notes, reason?, owner?}; or cloudformation:
                   the policy that the plan leads to, as YAML for the template of whoever owns the function
  --help           this text

Exit code: 0 a plan, or nothing to do; 1 refused or failed; 2 usage, bad allowlist, or function not in the list.
`;

/** `invokeguard plan`: the containment plan of one policy, and its diff. */
export const planCommand: Command = {
  name: 'plan',
  summary: "show what containment would do to a function's policy",
  help: HELP,
  run: runPlan,
};

async function runPlan(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readOptions(args);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') return fail(io, `${options.message}\n${USAGE}`, 2);
  const config = readAllowlistArgument(options.config, io);
  if (config.kind === 'invalid') return 2;
  const guarded = findFunctionEntry(config.allowlist, options.target.functionArn);
  if (guarded === undefined) {
    return fail(io, `no entry of ${options.config} names \`${options.target.functionArn}\`: add one`, 2);
  }
  const reading = await readPolicy(options, io);
  if (reading.kind === 'missing') return fail(io, 'the function, version or alias does not exist', 1);
  if (reading.kind === 'unreadable') return fail(io, reading.reason, 1);
  const entries = listInvokers(config.allowlist, guarded);
  const request = { target: options.target, entries, scope: { kind: 'allowlist' }, offender: null } as const;
  const input = composePlanInput(request, nameGuard(options.account, options.region), reading, io.nowMs());
  const plan = planStanding(input);
  if (options.format === 'cloudformation')
    return printTemplate(options, plan, input.policy, reading.lever, io);
  const name = qualifyFunctionArn(options.target.functionArn, options.target.qualifier);
  const owner = await findOwner(options, plan, io);
  io.writeOut(
    options.format === 'json'
      ? `${JSON.stringify(composePlanJson(plan, input.policy, owner))}\n`
      : describePlan(name, plan, owner),
  );
  return plan.kind === 'refused' ? 1 : 0;
}

/** Prints what the policy is to be for good: as planned, or as it stands where nothing is left to do. */
function printTemplate(
  { target }: PlanOptions,
  plan: ContainmentPlan,
  before: PolicyDocument | null,
  lever: Lever,
  io: CommandIo,
): ExitCode {
  if (plan.kind === 'refused') return fail(io, plan.reason, 1);
  const policy = plan.kind === 'replace' ? plan.policy : (before ?? { Statement: [] });
  const template = composeLastingTemplate(target, policy, lever);
  if (template.kind === 'unsayable') return fail(io, template.reason, 1);
  io.writeOut(template.yaml);
  return 0;
}

/** Offline nobody can tell, and where nothing changes nothing is overwritten. */
async function findOwner(
  { policy, target, region }: PlanOptions,
  plan: ContainmentPlan,
  io: CommandIo,
): Promise<PolicyOwner | undefined> {
  if (policy !== undefined || plan.kind !== 'replace') return undefined;
  const clients = buildClients({ region, endpoint: io.env['AWS_ENDPOINT_URL'] });
  return findPolicyOwner(target.functionArn, new LambdaFunctionTags(clients.lambda));
}

function fail(io: CommandIo, message: string, code: 1 | 2): ExitCode {
  io.writeErr(`${message}\n`);
  return code;
}

interface PlanOptions {
  readonly kind: 'options';
  readonly target: PolicyTarget;
  readonly account: string;
  readonly region: string;
  readonly policy: string | undefined;
  readonly config: string;
  readonly format: 'human' | 'json' | 'cloudformation';
}

function readOptions(
  args: readonly string[],
): PlanOptions | { readonly kind: 'help' } | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    function: 'string',
    qualifier: 'string',
    policy: 'string',
    config: 'string',
    format: 'string',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals[0] !== undefined)
    return { kind: 'usageError', message: `unexpected \`${positionals[0]}\`` };
  const format = texts.get('format') ?? 'human';
  if (format !== 'human' && format !== 'json' && format !== 'cloudformation') {
    const message = `\`${format}\` is not a format, expected \`human\`, \`json\` or \`cloudformation\``;
    return { kind: 'usageError', message };
  }
  const target = readLiveTarget(texts.get('function'), texts.get('qualifier'));
  if (target.kind === 'usageError') return target;
  const config = texts.get('config') ?? 'invokeguard.yaml';
  return { ...target, kind: 'options', policy: texts.get('policy'), config, format };
}

async function readPolicy(options: PlanOptions, io: CommandIo): Promise<PolicyReading> {
  if (options.policy !== undefined) return readPolicyFile(resolve(io.cwd, options.policy));
  const clients = buildClients({ region: options.region, endpoint: io.env['AWS_ENDPOINT_URL'] });
  return new LambdaPolicyStore(clients.lambda).readPolicy(options.target);
}
