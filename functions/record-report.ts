import type { HeartbeatSighting } from '../containment/heartbeat.ts';
import type { Handled } from '../containment/record-handling.ts';
import type { Remediation } from '../containment/remediation.ts';
import { summarizeAlert } from '../core/alert/alert.ts';
import { printSafely } from '../core/text.ts';
import { MEMORY_METRICS, reportChange } from './change-report.ts';
import { countOutcome, countSending } from './outcome-metrics.ts';
import { countMetric, measureMetric, type Telemetry } from './telemetry.ts';

/** Says in metrics and in the log what became of a record. */
export function reportHandled(handled: Exclude<Handled, { kind: 'rejected' }>, telemetry: Telemetry): void {
  switch (handled.kind) {
    case 'skipped':
      countMetric('RecordSkipped', telemetry);
      telemetry.logger.debug('record skipped', { reason: handled.reason });
      return;
    case 'passed':
      return countMetric(handled.verdict === 'authorized' ? 'Authorized' : 'Unguarded', telemetry);
    case 'learnt':
      return countMetric(MEMORY_METRICS[handled.memory], telemetry);
    case 'dealtWith':
      return countMetric(handled.by === 'sweep' ? 'SweptBefore' : 'RecordRepeated', telemetry);
    case 'change':
      return reportChange(handled, telemetry);
    case 'heartbeat':
      return reportHeartbeat(handled, telemetry);
    case 'alerted':
      return reportCall(handled, telemetry);
  }
}

function reportCall(
  { about, alert, latency }: Extract<Remediation, { kind: 'alerted' }>,
  telemetry: Telemetry,
): void {
  const { decision, outcome, invocation } = about;
  countMetric(decision.verdict === 'undetermined' ? 'Undetermined' : 'Unauthorized', telemetry);
  countOutcome(outcome, telemetry);
  measureMetric('VerdictLatency', telemetry, latency.verdictMs);
  measureMetric('ContainmentLatency', telemetry, latency.containmentMs);
  countSending(alert, telemetry);
  telemetry.logger.warn(printSafely(summarizeAlert(about)), {
    eventID: invocation.eventID,
    alert,
    outcome: outcome.kind,
    ...(outcome.kind === 'contained' ? { snapshotDigest: outcome.digest } : {}),
  });
}

/** Only what came by the live path, as a call by a caller on no list, shows that the chain holds. */
function reportHeartbeat(
  { path, verdict, marking, latencyMs }: HeartbeatSighting,
  telemetry: Telemetry,
): void {
  telemetry.logger.info('heartbeat came back', { path, verdict, marking });
  if (path !== 'live' || verdict !== 'unauthorized' || marking !== 'first') return;
  countMetric('HeartbeatSeen', telemetry);
  measureMetric('VerdictLatency', telemetry, latencyMs);
}
