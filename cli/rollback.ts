import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import { type ContainmentPorts } from '../containment/containment.ts';
import {
  applyRollback,
  type PreparedRollback,
  prepareRollback,
  type RollbackRequest,
} from '../containment/rollback.ts';
import { digestSnapshot } from '../containment/snapshot-digest.ts';
import { composePolicyDiff } from '../core/alert/policy-diff.ts';
import { describeCaller } from '../core/caller/description.ts';
import type { Guard } from '../core/guard.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { printSafely } from '../core/text.ts';
import { parseArguments } from './arguments.ts';
import { parseCallerArgument } from './caller-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { askToProceed } from './confirmation.ts';
import { openLivePorts } from './live-ports.ts';
import { readLiveTarget } from './live-target.ts';
import { runTier } from './tier.ts';
import { namesTier } from './tier-options.ts';

const USAGE =
  'usage: invokeguard rollback --function ARN [--qualifier Q] [--caller CALLER] [--digest SHA] [--restore-offender] [--yes]\n       invokeguard rollback --tier freeze|disable-triggers --function ARN [--dry-run] [--yes] [--format human|json]';

const HELP = `${USAGE}

Puts the resource policy of a function back: takes out the guard's own statements and brings back what it removed,
except the grants that let the contained callers in. What others have changed since then stays. Shows the difference
and asks before it changes anything.

  --function ARN       the function, as the alert names it (with or without :QUALIFIER)
  --qualifier Q        the version or alias whose policy it is (default: the function itself)
  --caller CALLER      lift only this one: a role or user ARN, an account, a service name, or anonymous
  --digest SHA[,SHA]   take back only the snapshots with this SHA-256, as alerts name it: whoever can write the ledger's
                       table, but not your inbox, cannot choose what you restore
  --restore-offender   bring back the grants that let the contained callers in, too
  --tier TIER          instead of the policy, the settings that contain --tier turned: freeze or disable-triggers
  --format             human (default) or json
  --yes                do not ask
  --help               this text

Exit code: 0 done, or nothing to do; 1 refused, declined or failed; 2 usage.
`;

/** `invokeguard rollback`: puts one policy back. */
export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'put a contained function back as it was',
  help: HELP,
  run: runRollback,
};

interface RollbackOptions {
  readonly kind: 'options';
  readonly request: RollbackRequest;
  readonly region: string;
  readonly format: 'human' | 'json';
  readonly asking: 'ask' | 'proceed';
}

async function runRollback(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (namesTier(args)) return runTier('rollback', args, USAGE, io);
  const options = readOptions(args, io);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') {
    io.writeErr(`${options.message}\n${USAGE}\n`);
    return 2;
  }
  const live = await openLivePorts(options.region, io, SYSTEM_CLOCK);
  if (live.kind === 'unavailable') {
    io.writeErr(`${live.problem}\n`);
    return 1;
  }
  return rollBack(options, live.guard, live.ports, io);
}

function readOptions(
  args: readonly string[],
  io: CommandIo,
): RollbackOptions | { readonly kind: 'help' } | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    function: 'string',
    qualifier: 'string',
    caller: 'string',
    digest: 'string',
    'restore-offender': 'boolean',
    format: 'string',
    yes: 'boolean',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals[0] !== undefined)
    return { kind: 'usageError', message: `unexpected \`${positionals[0]}\`` };
  const format = texts.get('format') ?? 'human';
  if (format !== 'human' && format !== 'json') {
    return { kind: 'usageError', message: `\`${format}\` is not a format, expected \`human\` or \`json\`` };
  }
  const named = texts.get('caller');
  const caller = named === undefined ? null : parseCallerArgument(named);
  if (caller === undefined) {
    const message = `\`--caller ${named}\` names nobody, expected a role or user ARN, an account, a service or \`anonymous\``;
    return { kind: 'usageError', message };
  }
  const digests = texts.get('digest')?.split(',') ?? [];
  const odd = digests.find((digest) => !/^[0-9a-f]{64}$/.test(digest));
  if (odd !== undefined) {
    return {
      kind: 'usageError',
      message: `\`--digest ${odd}\` is no SHA-256, expected 64 hexadecimal digits`,
    };
  }
  const target = readLiveTarget(texts.get('function'), texts.get('qualifier'));
  if (target.kind === 'usageError') return target;
  return {
    kind: 'options',
    request: {
      runID: `rollback-${new Date(io.nowMs()).toISOString()}`,
      target: target.target,
      offenderGrants: flags.has('restore-offender') ? 'restore' : 'keepOut',
      caller,
      digests,
    },
    region: target.region,
    format,
    asking: flags.has('yes') ? 'proceed' : 'ask',
  };
}

/** Prepares, shows, asks, applies and reports: everything but the reading of arguments and the building of ports. */
export async function rollBack(
  { request, format, asking }: Pick<RollbackOptions, 'request' | 'format' | 'asking'>,
  guard: Guard,
  ports: ContainmentPorts,
  io: CommandIo,
): Promise<ExitCode> {
  const prepared = await prepareRollback(request, guard, ports);
  const name = qualifyFunctionArn(request.target.functionArn, request.target.qualifier);
  if (prepared.kind !== 'prepared') {
    report(io, format, `${name}: ${prepared.reason}`, { kind: prepared.kind, reason: prepared.reason });
    return prepared.kind === 'nothing' ? 0 : 1;
  }
  if (format === 'human') io.writeOut(describePrepared(name, prepared));
  const answer = asking === 'proceed' ? 'yes' : await askToProceed('Write this policy?', io);
  if (answer !== 'yes') {
    const why = answer === 'no' ? 'declined' : 'nobody to ask: use --yes in scripts';
    report(io, format, `Nothing was changed: ${why}`, { kind: 'declined', reason: why });
    return 1;
  }
  const result = await applyRollback(request, prepared, ports);
  const { removed, added, policy } = prepared.plan;
  switch (result.kind) {
    case 'rolledBack':
      report(io, format, DONE, { kind: 'rolledBack', removed, added, policy });
      return 0;
    case 'changedMeanwhile':
      report(io, format, 'Somebody changed the policy in the meantime: run the command again', {
        kind: result.kind,
      });
      return 1;
    case 'refused':
      report(io, format, `Nothing was changed: ${result.reason}`, { kind: 'refused', reason: result.reason });
      return 1;
  }
}

const DONE =
  'Rolled back. While the function is in mode enforce, the next call by an unlisted caller is contained again: ' +
  'list the caller, or set `mode: observe` and deploy';

function describePrepared(name: string, prepared: Extract<PreparedRollback, { kind: 'prepared' }>): string {
  const undone = prepared.generations.map(({ snapshot }) => {
    const who = snapshot.offender === null ? 'no single caller' : describeCaller(snapshot.offender);
    return `  ${snapshot.storedTime}  ${printSafely(who)}  snapshot SHA-256 ${digestSnapshot(snapshot)}`;
  });
  const diff = composePolicyDiff(prepared.plan.removed, prepared.plan.added).map(
    (line) => `  ${printSafely(line)}`,
  );
  const notes = prepared.plan.notes.map((note) => `  * ${printSafely(note)}`);
  return [
    name,
    ...(undone.length === 0
      ? []
      : ['Containments taken back (compare the SHA-256 with your alert):', ...undone]),
    'Policy (- removed, + added):',
    ...diff,
    ...(notes.length === 0 ? [] : ['Notes:', ...notes]),
    '',
  ].join('\n');
}

function report(io: CommandIo, format: 'human' | 'json', text: string, value: unknown): void {
  io.writeOut(format === 'json' ? `${JSON.stringify(value)}\n` : `${printSafely(text)}\n`);
}
