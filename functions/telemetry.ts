import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Where a function says what it did. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Counts what happened, once where nothing else is said. */
export function countMetric(name: string, { metrics }: Pick<Telemetry, 'metrics'>, times = 1): void {
  metrics.addMetric(name, MetricUnit.Count, times);
}

/** Notes how long something took; null is not noted. CloudWatch makes percentiles of the single values. */
export function measureMetric(
  name: string,
  { metrics }: Pick<Telemetry, 'metrics'>,
  milliseconds: number | null,
): void {
  if (milliseconds !== null) metrics.addMetric(name, MetricUnit.Milliseconds, milliseconds);
}
