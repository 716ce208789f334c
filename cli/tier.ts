import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import type { AlertPublisher } from '../containment/alert-ports.ts';
import {
  announceTier,
  applyTier,
  applyTierRollback,
  prepareTier,
  prepareTierRollback,
  type TierPorts,
  type TierResult,
} from '../containment/tier.ts';
import type { TierSubject } from '../core/alert/tier-alert.ts';
import type { Guard } from '../core/guard.ts';
import { printSafely } from '../core/text.ts';
import {
  composeTierRollbackCommand,
  describeChange,
  describeTier,
  listTierGaps,
} from '../core/tier/tier-text.ts';
import type { CommandIo, ExitCode } from './command-io.ts';
import { askToProceed } from './confirmation.ts';
import { openLivePorts } from './live-ports.ts';
import { readTierOptions, type TierOptions } from './tier-options.ts';

/** What a tier acts on, and who is told. */
export interface TierOffice extends TierPorts {
  readonly guard: Guard;
  readonly alerts: AlertPublisher;
}

/** Runs `contain --tier` or `rollback --tier`; `usage` is the verb's own. */
export async function runTier(
  verb: 'contain' | 'rollback',
  args: readonly string[],
  usage: string,
  io: CommandIo,
): Promise<ExitCode> {
  const options = readTierOptions(verb, args, io.nowMs());
  if (options.kind === 'usageError') {
    io.writeErr(`${printSafely(options.message)}\n${usage}\n`);
    return 2;
  }
  const live = await openLivePorts(options.region, io, SYSTEM_CLOCK);
  if (live.kind === 'unavailable') {
    io.writeErr(`${live.problem}\n`);
    return 1;
  }
  const { guard, alerts } = live;
  const office: TierOffice = { ...live.tiers, guard, alerts };
  return verb === 'contain' ? putTierOn(options, office, io) : takeTierBack(options, office, io);
}

/** Prepares, shows, asks, puts on and reports one tier. */
export async function putTierOn(options: TierOptions, ports: TierOffice, io: CommandIo): Promise<ExitCode> {
  const { request } = options;
  const { functionArn, tier } = request;
  const prepared = await prepareTier(request, ports);
  if (prepared.kind !== 'prepared') {
    const word = prepared.kind === 'refused' ? 'Refused' : 'Nothing to do';
    report(options, io, prepared.kind, [functionArn, `${word}: ${prepared.reason}`], {
      reason: prepared.reason,
    });
    return prepared.kind === 'nothing' ? 0 : 1;
  }
  const notStopped = listTierGaps(tier);
  const shown = [
    functionArn,
    `${tier}: ${describeTier(tier)}. Settings:`,
    ...prepared.changes.map((change) => `  ${describeChange(change)}`),
    'What this does not stop:',
    ...notStopped.map((gap) => `  * ${gap}`),
  ];
  const answer = await decide(options, io, shown, { changes: prepared.changes, notStopped });
  if (answer !== 'proceed') return answer;
  const result = await applyTier(request, prepared, ports);
  const back = composeTierRollbackCommand(functionArn, tier);
  const end = [
    ...describeEnd(result, 'NOT ALL WAS STOPPED'),
    `Snapshot SHA-256 ${result.digest}. To take it back:`,
    `  ${back}`,
  ];
  report(options, io, result.kind, end, { ...result, notStopped, rollback: back });
  await announce(options, 'putOn', result, ports, io);
  return result.kind === 'complete' ? 0 : 1;
}

/** Prepares, shows, asks, goes and reports the way back of one tier. */
export async function takeTierBack(
  options: TierOptions,
  ports: TierOffice,
  io: CommandIo,
): Promise<ExitCode> {
  const { request } = options;
  const prepared = await prepareTierRollback(request, ports);
  if (prepared.kind === 'nothing') {
    const text = [request.functionArn, `Nothing to do: ${prepared.reason}`];
    report(options, io, 'nothing', text, { reason: prepared.reason });
    return 0;
  }
  const { record, digest, changes, left } = prepared;
  const shown = [
    request.functionArn,
    `${request.tier} of ${record.snapshot.storedTime}, snapshot SHA-256 ${digest} (compare it with what was printed then). Settings:`,
    ...(changes.length === 0 ? ['  all are back already'] : []),
    ...changes.map((change) => `  ${describeChange(change)}`),
    ...(left.length === 0 ? [] : ['Left as they are:', ...left.map((one) => `  * ${one}`)]),
  ];
  const answer = await decide(options, io, shown, { changes, left, digest });
  if (answer !== 'proceed') return answer;
  const result = await applyTierRollback(prepared, ports);
  const end = describeEnd(result, 'NOT ALL IS BACK');
  report(options, io, result.kind, end, { ...result, left });
  await announce(options, 'takenBack', result, ports, io);
  return result.kind === 'complete' ? 0 : 1;
}

/** Tells the subscribers of the alerts, who may wonder about the function; without it the change stands all the same. */
async function announce(
  { request }: TierOptions,
  direction: TierSubject['direction'],
  { done, failures, digest }: TierResult,
  { guard, alerts }: TierOffice,
  io: CommandIo,
): Promise<void> {
  const notice = await announceTier({ guard, ...request, direction, done, failures, digest }, alerts);
  if (notice.kind === 'untold') io.writeErr(`warning: nobody was alerted: ${printSafely(notice.reason)}\n`);
}

/** Shows what would be changed and asks; answers an exit code where nothing is to be done. */
async function decide(
  options: TierOptions,
  io: CommandIo,
  shown: readonly string[],
  facts: Readonly<Record<string, unknown>>,
): Promise<'proceed' | ExitCode> {
  if (options.run === 'dryRun') {
    report(options, io, 'planned', shown, facts);
    return 0;
  }
  if (options.format === 'human') io.writeOut(join(shown));
  const answer = options.run === 'proceed' ? 'yes' : await askToProceed('Change these settings?', io);
  if (answer === 'yes') return 'proceed';
  const reason = answer === 'no' ? 'declined' : 'nobody to ask: use --yes in scripts';
  report(options, io, 'declined', [`Nothing was changed: ${reason}`], { reason });
  return 1;
}

function describeEnd({ kind, done, failures }: TierResult, warning: string): readonly string[] {
  if (kind === 'complete') return [`Done and read back: ${done.length} of ${done.length} settings.`];
  return [
    `${warning}: ${failures.length} of ${done.length + failures.length} settings failed.`,
    ...failures.map((failure) => `  * ${failure}`),
  ];
}

function report(
  { request, format }: TierOptions,
  io: CommandIo,
  kind: string,
  lines: readonly string[],
  facts: Readonly<Record<string, unknown>>,
): void {
  const { functionArn, tier } = request;
  io.writeOut(format === 'json' ? `${JSON.stringify({ ...facts, kind, functionArn, tier })}\n` : join(lines));
}

function join(lines: readonly string[]): string {
  return lines.map((line) => `${printSafely(line)}\n`).join('');
}
