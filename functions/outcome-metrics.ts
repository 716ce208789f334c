import type { AlertSending } from '../containment/alerting.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { countMetric, type Telemetry } from './telemetry.ts';

/** Counts how an attempt to contain ended. */
export function countOutcome({ kind }: Outcome, telemetry: Telemetry): void {
  countMetric(OUTCOME_METRICS[kind], telemetry);
}

/** Counts an alert that did not go out by itself. */
export function countSending(alert: AlertSending, telemetry: Telemetry): void {
  if (alert === 'repeated') countMetric('AlertRepeated', telemetry);
  if (alert === 'deferred') countMetric('AlertDeferred', telemetry);
}

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
