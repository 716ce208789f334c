import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { AlertSending } from '../containment/alerting.ts';
import type { HeartbeatSighting } from '../containment/heartbeat.ts';
import type { Handled, HandledChange } from '../containment/record-handling.ts';
import { summarizeAlert } from '../core/alert/alert.ts';
import { summarizeChange } from '../core/alert/change-alert.ts';
import { printSafely } from '../core/text.ts';
import type { Telemetry } from './guard-runtime.ts';

/** Says in metrics and in the log what became of a record. */
export function reportHandled(
  handled: Exclude<Handled, { kind: 'rejected' }>,
  { logger, metrics }: Telemetry,
): void {
  switch (handled.kind) {
    case 'skipped':
      metrics.addMetric('RecordSkipped', MetricUnit.Count, 1);
      logger.debug('record skipped', { reason: handled.reason });
      return;
    case 'passed':
      metrics.addMetric(handled.verdict === 'authorized' ? 'Authorized' : 'Unguarded', MetricUnit.Count, 1);
      return;
    case 'learnt':
      metrics.addMetric(MEMORY_METRICS[handled.memory], MetricUnit.Count, 1);
      return;
    case 'dealtWith':
      metrics.addMetric(handled.by === 'sweep' ? 'SweptBefore' : 'RecordRepeated', MetricUnit.Count, 1);
      return;
    case 'change':
      reportChange(handled, { logger, metrics });
      return;
    case 'heartbeat':
      reportHeartbeat(handled, { logger, metrics });
      return;
    case 'alerted': {
      const { about, alert, latency } = handled;
      metrics.addMetric(
        about.decision.verdict === 'undetermined' ? 'Undetermined' : 'Unauthorized',
        MetricUnit.Count,
        1,
      );
      metrics.addMetric(OUTCOME_METRICS[about.outcome.kind], MetricUnit.Count, 1);
      addLatency('VerdictLatency', latency.verdictMs, metrics);
      addLatency('ContainmentLatency', latency.containmentMs, metrics);
      addSending(alert, metrics);
      logger.warn(printSafely(summarizeAlert(about)), {
        eventID: about.invocation.eventID,
        alert,
        outcome: about.outcome.kind,
        ...(about.outcome.kind === 'contained' ? { snapshotDigest: about.outcome.digest } : {}),
      });
    }
  }
}

/**
 * Says what became of a change. The guard's own are counted apart, so that an alarm on what is opened or tampered with
 * rings for others only; what opens nothing leaves no more than a line where it takes access away.
 */
function reportChange({ response, memory }: HandledChange, { logger, metrics }: Telemetry): void {
  if (memory !== null) metrics.addMetric(MEMORY_METRICS[memory], MetricUnit.Count, 1);
  const { change, decision } = response.kind === 'told' ? response.about : response;
  if (response.kind === 'counted' && response.origin === 'ledger') {
    metrics.addMetric('ChangeOwn', MetricUnit.Count, 1);
    return;
  }
  metrics.addMetric(CHANGE_METRICS[decision.verdict], MetricUnit.Count, 1);
  const { eventID } = change;
  switch (response.kind) {
    case 'counted':
      if (decision.verdict !== 'closes') return;
      logger.info(printSafely(summarizeChange({ change, decision })), { eventID });
      return;
    case 'handedOn':
      metrics.addMetric('ChangeHandedOn', MetricUnit.Count, 1);
      logger.info(printSafely(summarizeChange({ change, decision })), { eventID });
      return;
    case 'told': {
      const { about, alert } = response;
      for (const { outcome } of about.steps) {
        metrics.addMetric(OUTCOME_METRICS[outcome.kind], MetricUnit.Count, 1);
      }
      addSending(alert, metrics);
      const digests = about.steps.flatMap(({ outcome }) =>
        outcome.kind === 'contained' ? [outcome.digest] : [],
      );
      logger.warn(printSafely(summarizeChange(about)), {
        eventID,
        alert,
        ...(digests.length === 0 ? {} : { snapshotDigests: digests }),
      });
    }
  }
}

/** Names of the metrics by what the core says of a change. */
const CHANGE_METRICS = {
  opens: 'ChangeOpens',
  closes: 'ChangeCloses',
  tampers: 'ChangeTampers',
  neutral: 'ChangeNeutral',
} as const;

function addSending(alert: AlertSending, metrics: Metrics): void {
  if (alert === 'repeated') metrics.addMetric('AlertRepeated', MetricUnit.Count, 1);
  if (alert === 'deferred') metrics.addMetric('AlertDeferred', MetricUnit.Count, 1);
}

/** Only what came by the live path, as a call by a caller on no list, shows that the chain holds. */
function reportHeartbeat(
  { path, verdict, marking, latencyMs }: HeartbeatSighting,
  { logger, metrics }: Telemetry,
): void {
  logger.info('heartbeat came back', { path, verdict, marking });
  if (path !== 'live' || verdict !== 'unauthorized' || marking !== 'first') return;
  metrics.addMetric('HeartbeatSeen', MetricUnit.Count, 1);
  addLatency('VerdictLatency', latencyMs, metrics);
}

/** CloudWatch makes percentiles of the single values. */
function addLatency(
  name: 'VerdictLatency' | 'ContainmentLatency',
  latencyMs: number | null,
  metrics: Metrics,
): void {
  if (latencyMs !== null) metrics.addMetric(name, MetricUnit.Milliseconds, latencyMs);
}

/** Names of the metrics by what became of a record about an event source mapping. */
const MEMORY_METRICS = { remembered: 'MappingLearnt', foreign: 'RecordSkipped' } as const;

/** Names of the metrics by outcome. */
const OUTCOME_METRICS = {
  observed: 'Observed',
  notAttempted: 'NotAttempted',
  contained: 'Contained',
  mappingDisabled: 'MappingDisabled',
  alreadyContained: 'AlreadyContained',
  ineffective: 'ContainmentIneffective',
  refused: 'ContainmentRefused',
  delayed: 'ContainmentDelayed',
} as const;
