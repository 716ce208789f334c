import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE, SERVICE_NAME } from './guard-function.ts';
import type { GuardFunctions } from './guard-functions.ts';
import type { GuardQueues } from './guard-queues.ts';

/** Longer than two deliveries of a message that failed once: what is older is not being worked on. */
const BACKLOG_AGE = Duration.minutes(15);
/** A job may take all of its deliveries, six minutes each; what is older was not even begun. */
const CONVERGENCE_BACKLOG_AGE = Duration.hours(1);
const PERIOD = Duration.minutes(5);

/** Makes the alarms that say that the guard itself is in trouble; a quiet guard must not look like a quiet night. */
export function createAlarms(
  scope: Construct,
  queues: GuardQueues,
  { remediator, converger }: GuardFunctions,
  topic: ITopic,
): void {
  const action = new SnsAction(topic);
  const raise = (id: string, metric: IMetric, threshold: number, alarmDescription: string): void => {
    new Alarm(scope, id, {
      metric,
      threshold,
      alarmDescription,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(action);
  };
  const lost = queues.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD });
  raise(
    'DeadLettersAlarm',
    lost,
    1,
    'Invokeguard: messages could not be dealt with; read the dead-letter queue',
  );
  const errors = remediator.metricErrors({ period: PERIOD });
  raise('ErrorsAlarm', errors, 1, 'Invokeguard: the remediation function fails; read its log');
  const convergerErrors = converger.metricErrors({ period: PERIOD });
  raise(
    'ConvergerErrorsAlarm',
    convergerErrors,
    1,
    'Invokeguard: the converging function fails; read its log',
  );
  const age = queues.records.metricApproximateAgeOfOldestMessage({ period: PERIOD });
  raise(
    'BacklogAlarm',
    age,
    BACKLOG_AGE.toSeconds(),
    'Invokeguard: records wait too long; calls are judged late',
  );
  const jobAge = queues.convergence.metricApproximateAgeOfOldestMessage({ period: PERIOD });
  raise(
    'ConvergenceBacklogAlarm',
    jobAge,
    CONVERGENCE_BACKLOG_AGE.toSeconds(),
    'Invokeguard: functions wait too long to be brought under the allowlist',
  );
  const rejected = new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: 'RecordRejected',
    dimensionsMap: { service: SERVICE_NAME },
    statistic: Stats.SUM,
    period: PERIOD,
  });
  raise(
    'RejectedAlarm',
    rejected,
    1,
    'Invokeguard: a message was no CloudTrail record; somebody else may write to the queue',
  );
}
