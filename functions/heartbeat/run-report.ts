import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { HeartbeatRun } from '../../containment/heartbeat-run.ts';
import type { TrailState } from '../../core/heartbeat/chain-parts.ts';
import type { Telemetry } from '../guard-runtime.ts';

/**
 * Says in metrics and in the log what a run of the heartbeat did and saw. Only what is broken has a metric: CloudWatch
 * charges for each name by the hours in which it is written.
 */
export function reportRun(
  { parts, call, lost, recovery }: HeartbeatRun,
  { logger, metrics }: Telemetry,
): void {
  if (lost.length > 0) metrics.addMetric('HeartbeatLost', MetricUnit.Count, lost.length);
  if (isSilent(parts.trail)) metrics.addMetric('TrailSilent', MetricUnit.Count, 1);
  const faults = parts.rules.kind === 'read' ? parts.rules.faults.length : 0;
  if (faults > 0) metrics.addMetric('RulesBroken', MetricUnit.Count, faults);
  const level = lost.length > 0 ? 'warn' : 'info';
  logger[level]('heartbeat', { call, lost, recovery, parts });
}

/** Whether the trail certainly does not log the calls; one that could not be looked at says nothing. */
function isSilent(trail: TrailState): boolean {
  switch (trail.kind) {
    case 'read':
      return trail.logging === 'off' || trail.target === 'notLogged';
    case 'missing':
      return true;
    case 'notNamed':
    case 'unreadable':
      return false;
  }
}
