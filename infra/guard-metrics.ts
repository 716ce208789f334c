import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE, SERVICE_NAME } from './guard-function.ts';

/** How long the points of the guard's alarms and graphs are. */
export const PERIOD = Duration.minutes(5);

/** A metric that the guard's functions write, whichever of them does. */
export function guardMetric(metricName: string, statistic: string, period: Duration = PERIOD): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: SERVICE_NAME },
    statistic,
    period,
  });
}
