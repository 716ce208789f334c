import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** One alarm: what it looks at, and what it says. */
export interface AlarmTerms {
  readonly id: string;
  readonly metric: IMetric;
  /** Rings from this value on; `noMoreData`: where there was a value, and none came for `QUIET_PERIODS` and some more. */
  readonly from: number | 'noMoreData';
  readonly says: string;
  /** Its section of docs/runbook.md. */
  readonly section: string;
}

/**
 * So many periods without a point end the data. CloudWatch looks at some more than it is asked to and does not say at how
 * many, so that several short periods tell sooner than a long one.
 */
const QUIET_PERIODS = 4;

/**
 * Makes alarms that ring once over one period, and send to a topic.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function createAlarms(scope: Construct, topic: ITopic, alarms: readonly AlarmTerms[]): void {
  const action = new SnsAction(topic);
  for (const { id, metric, from, says, section } of alarms) {
    const told = {
      metric,
      alarmDescription: `Invokeguard: ${says}: docs/runbook.md#${section}`,
    };
    if (from === 'noMoreData') {
      // Whatever is counted is 1 at least, so no point is below that.
      new Alarm(scope, id, {
        ...told,
        threshold: 1,
        evaluationPeriods: QUIET_PERIODS,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.MISSING,
      }).addInsufficientDataAction(action);
    } else {
      new Alarm(scope, id, {
        ...told,
        threshold: from,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Most metrics are written only when something happens, those of heartbeat and sweep only where these are made.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(action);
    }
  }
}
