import { sendAlert } from '../../containment/alerting.ts';
import { type Convergence, convergeFunction } from '../../containment/convergence.ts';
import { sendDigest } from '../../containment/digest.ts';
import { RetryableError } from '../../containment/errors.ts';
import { handOn } from '../../containment/handing-on.ts';
import type { FunctionJob } from '../../containment/ports.ts';
import { composeConvergenceAlert } from '../../core/alert/convergence-alert.ts';
import { composeExpiryAlert } from '../../core/alert/expiry-alert.ts';
import { ALERT_NOTICE_DAYS, findEndingEntries } from '../../core/allowlist/expiry.ts';
import type { GuardRuntime } from '../guard-runtime.ts';
import { countMetric } from '../telemetry.ts';
import { readJob } from './job.ts';

/**
 * Does one job. Throws where it should be delivered again: a fault that may pass, or time that ran out. A message that
 * is no job ends in the dead-letter queue.
 */
export async function handleJob(body: string, deadlineMs: number, runtime: GuardRuntime): Promise<void> {
  const read = readJob(body);
  if (read.kind === 'malformed') throw new Error(`the message is no convergence job: ${read.reason}`);
  if (read.job.kind === 'all') {
    await spreadJob(read.job.runID, runtime);
    return alertExpiries(read.job.runID, runtime);
  }
  if (read.job.kind === 'digest') {
    await resumePostponed(read.job.runID, runtime);
    return tellPending(read.job.runID, runtime);
  }
  return convergeOne(read.job, deadlineMs, runtime);
}

/**
 * Looks again at functions whose policies were not rewritten because the hour's rewrites were used up: who undoes the
 * guard's work three times must not have the rest of the day. One that is still contended comes back on the list.
 */
async function resumePostponed(runID: string, { ports }: GuardRuntime): Promise<void> {
  for (const functionArn of await ports.ledger.listPostponed()) {
    await handOn([functionArn], runID, null, ports);
    await ports.ledger.forgetPostponed(functionArn);
  }
}

/** Tells what waits for the digest. A crash in between tells it again. */
async function tellPending(runID: string, { guard, ports, telemetry }: GuardRuntime): Promise<void> {
  const run = await sendDigest(runID, guard, ports);
  countMetric('DigestSent', telemetry, run.messages);
  telemetry.logger.info('digest', { runID, ...run });
}

/** One job for each function, so that one function's trouble is its own. */
async function spreadJob(runID: string, { ports }: GuardRuntime): Promise<void> {
  await handOn(await ports.ledger.listGuardedFunctions(), runID, null, ports);
}

/** Tells of entries that expire within the week: once a day, however often the guard is deployed. */
async function alertExpiries(runID: string, { allowlist, guard, ports }: GuardRuntime): Promise<void> {
  const nowMs = ports.clock.nowMs();
  const listed = [...allowlist.functions.flatMap(({ invokers }) => invokers), ...allowlist.breakGlass];
  const entries = findEndingEntries(listed, nowMs, ALERT_NOTICE_DAYS).filter(
    ({ state }) => state === 'expiring',
  );
  if (entries.length === 0) return;
  const key = ['expiry', ...entries.map(({ entry, expires }) => `${entry.pointer} ${expires}`)].join('|');
  await sendAlert(
    { key, eventID: runID, group: 'guard', compose: async () => composeExpiryAlert({ guard, entries }) },
    ports,
  );
}

async function convergeOne(job: FunctionJob, deadlineMs: number, runtime: GuardRuntime): Promise<void> {
  const { allowlist, guard, ports } = runtime;
  const convergence = await convergeFunction(job, deadlineMs, allowlist, guard, ports);
  if (convergence.kind === 'leftAlone') {
    runtime.telemetry.logger.info('function is left alone', {
      functionArn: job.functionArn,
      reason: convergence.reason,
    });
    return;
  }
  await alertConvergence(convergence, job, runtime);
  if (convergence.pending.length > 0) {
    throw new RetryableError('OutOfTime', `${convergence.pending.length} policies are still to come`);
  }
}

/** Alerts only what a person would want to know: something was rewritten, refused, or is still open. */
async function alertConvergence(
  { functionArn, targets, pending }: Extract<Convergence, { kind: 'converged' }>,
  { runID, offender }: FunctionJob,
  { guard, ports, telemetry }: GuardRuntime,
): Promise<void> {
  const rewritten = targets.filter(({ outcome }) => outcome.kind === 'contained').length;
  const refused = targets.filter(({ outcome }) => outcome.kind === 'refused').length;
  countMetric('QualifierContained', telemetry, rewritten);
  countMetric('QualifierRefused', telemetry, refused);
  if (rewritten + refused + pending.length === 0) return;
  const key = ['convergence', functionArn, runID, pending.length].join('|');
  const policies = targets.map(({ target, outcome }) => ({ qualifier: target.qualifier, outcome }));
  const open = pending.map(({ qualifier }) => qualifier);
  const compose = async () => composeConvergenceAlert({ guard, functionArn, runID, policies, pending: open });
  const group = { functionArn, caller: offender };
  const alert = await sendAlert({ key, eventID: runID, group, compose }, ports);
  if (alert === 'deferred') countMetric('AlertDeferred', telemetry);
  telemetry.logger.info('function was brought under the allowlist', { functionArn, runID, alert });
}
