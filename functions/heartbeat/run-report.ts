import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { HeartbeatRun } from '../../containment/heartbeat-run.ts';
import type { TrailState } from '../../core/heartbeat/chain-parts.ts';
import type { Telemetry } from '../guard-runtime.ts';

/**
 * Says in metrics and in the log what a run of the heartbeat did and saw. What could not be looked at has no metric:
 * neither number would be true.
 */
export function reportRun(
  { parts, call, lost, recovery }: HeartbeatRun,
  { logger, metrics }: Telemetry,
): void {
  if (call === 'answered') metrics.addMetric('HeartbeatSent', MetricUnit.Count, 1);
  if (lost.length > 0) metrics.addMetric('HeartbeatLost', MetricUnit.Count, lost.length);
  const logging = readLogging(parts.trail);
  if (logging !== null) metrics.addMetric('TrailLogging', MetricUnit.Count, logging);
  if (parts.rules.kind === 'read') {
    metrics.addMetric('RulesBroken', MetricUnit.Count, parts.rules.faults.length);
  }
  const level = lost.length > 0 ? 'warn' : 'info';
  logger[level]('heartbeat', { call, lost, recovery, parts });
}

/** 1 where the trail logs the calls, 0 where it certainly does not. */
function readLogging(trail: TrailState): 0 | 1 | null {
  switch (trail.kind) {
    case 'read':
      return trail.logging === 'on' && trail.target === 'logged' ? 1 : 0;
    case 'missing':
      return 0;
    case 'notNamed':
    case 'unreadable':
      return null;
  }
}
