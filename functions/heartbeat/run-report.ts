import type { HeartbeatRun } from '../../containment/heartbeat-run.ts';
import type { TrailState } from '../../core/heartbeat/chain-parts.ts';
import { countMetric, type Telemetry } from '../telemetry.ts';

/**
 * Says in metrics and in the log what a run of the heartbeat did and saw. Only what is broken has a metric: CloudWatch
 * charges for each name by the hours in which it is written.
 */
export function reportRun({ parts, call, lost, recovery }: HeartbeatRun, telemetry: Telemetry): void {
  if (lost.length > 0) countMetric('HeartbeatLost', telemetry, lost.length);
  if (isSilent(parts.trail)) countMetric('TrailSilent', telemetry);
  const faults = parts.rules.kind === 'read' ? parts.rules.faults.length : 0;
  if (faults > 0) countMetric('RulesBroken', telemetry, faults);
  const level = lost.length > 0 ? 'warn' : 'info';
  telemetry.logger[level]('heartbeat', { call, lost, recovery, parts });
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
