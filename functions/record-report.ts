import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { HeartbeatSighting } from '../containment/heartbeat.ts';
import type { Handled } from '../containment/record-handling.ts';
import { summarizeAlert } from '../core/alert/alert.ts';
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
      if (alert === 'repeated') metrics.addMetric('AlertRepeated', MetricUnit.Count, 1);
      if (alert === 'deferred') metrics.addMetric('AlertDeferred', MetricUnit.Count, 1);
      logger.warn(printSafely(summarizeAlert(about)), {
        eventID: about.invocation.eventID,
        alert,
        outcome: about.outcome.kind,
        ...(about.outcome.kind === 'contained' ? { snapshotDigest: about.outcome.digest } : {}),
      });
    }
  }
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
