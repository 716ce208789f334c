import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE, SERVICE_NAME } from './guard-function.ts';

/**
 * Makes the heartbeat's alarms: one where a beat is lost, which the heartbeat itself finds, and one where none came back
 * for an hour, which is there for the case that the heartbeat does not run either. That one rings when its data end, and
 * so not before the first beat came back: a new trail is blind for minutes.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function createHeartbeatAlarms(scope: Construct, topic: ITopic): void {
  const count = (metricName: string, period: Duration): Metric =>
    new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service: SERVICE_NAME },
      statistic: Stats.SUM,
      period,
    });
  const action = new SnsAction(topic);
  new Alarm(scope, 'LostAlarm', {
    metric: count('HeartbeatLost', Duration.minutes(15)),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription:
      'Invokeguard: a call by the heartbeat did not come back as a verdict, so others may not either: docs/runbook.md#heartbeat-lost',
  }).addAlarmAction(action);
  const missing = new Alarm(scope, 'MissingAlarm', {
    metric: count('HeartbeatSeen', Duration.hours(1)),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.MISSING,
    alarmDescription:
      'Invokeguard: no call by the heartbeat came back as a verdict for an hour: docs/runbook.md#heartbeat-missing',
  });
  // No point is below 1: a beat that is not seen writes none.
  missing.addInsufficientDataAction(action);
}
