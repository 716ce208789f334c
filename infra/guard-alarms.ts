import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type AlarmTerms, createAlarms } from './alarm.ts';
import type { GuardFunctions } from './guard-functions.ts';
import { guardMetric, PERIOD } from './guard-metrics.ts';
import type { GuardQueues } from './guard-queues.ts';
import { BEAT } from './heartbeat-alarms.ts';

/** Longer than two deliveries of a message that failed once: what is older is not being worked on. */
const BACKLOG_AGE = Duration.minutes(15);
/** A job may take all of its deliveries, six minutes each; what is older was not even begun. */
const CONVERGENCE_BACKLOG_AGE = Duration.hours(1);
/**
 * From the call to the verdict. CloudTrail promises no time; its records usually come within minutes, and by the log
 * files, which come later, nobody should have to be judged.
 */
const VERDICT_LATENCY = Duration.minutes(15);

/** Makes the alarms that say that the guard itself is in trouble; a quiet guard must not look like a quiet night. */
export function createGuardAlarms(
  scope: Construct,
  queues: GuardQueues,
  functions: GuardFunctions,
  topic: ITopic,
): void {
  createAlarms(scope, topic, [
    ...listWorkAlarms(queues, functions),
    ...listFindingAlarms(),
    ...listPartAlarms(),
  ]);
}

/** Whether queues and functions do their work. */
function listWorkAlarms(
  { records, convergence, deadLetters }: GuardQueues,
  { remediator, converger }: GuardFunctions,
): readonly AlarmTerms[] {
  return [
    {
      id: 'DeadLettersAlarm',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      from: 1,
      says: 'messages could not be dealt with; read the dead-letter queue',
      section: 'dead-letters',
    },
    {
      id: 'ErrorsAlarm',
      metric: remediator.metricErrors({ period: PERIOD }),
      from: 1,
      says: 'the remediation function fails; read its log',
      section: 'remediator-errors',
    },
    {
      id: 'ConvergerErrorsAlarm',
      metric: converger.metricErrors({ period: PERIOD }),
      from: 1,
      says: 'the converging function fails; read its log',
      section: 'converger-errors',
    },
    {
      id: 'BacklogAlarm',
      metric: records.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
      from: BACKLOG_AGE.toSeconds(),
      says: 'records wait too long; calls are judged late',
      section: 'backlog',
    },
    {
      id: 'ConvergenceBacklogAlarm',
      metric: convergence.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
      from: CONVERGENCE_BACKLOG_AGE.toSeconds(),
      says: 'functions wait too long to be brought under the allowlist',
      section: 'convergence-backlog',
    },
    {
      id: 'RejectedAlarm',
      metric: guardMetric('RecordRejected', Stats.SUM),
      from: 1,
      says: 'a message was no CloudTrail record; somebody else may write to the queue',
      section: 'rejected-records',
    },
  ];
}

/** Whether what was found was also dealt with, and by the way that is fast. */
function listFindingAlarms(): readonly AlarmTerms[] {
  return [
    {
      id: 'RefusedAlarm',
      metric: guardMetric('ContainmentRefused', Stats.SUM),
      from: 1,
      says: 'a caller was not shut out, because no safe way was found; do it by hand',
      section: 'containment-refused',
    },
    {
      id: 'DelayedAlarm',
      metric: guardMetric('ContainmentDelayed', Stats.SUM),
      from: 1,
      says: 'a caller could not be shut out at once; it is tried again',
      section: 'containment-delayed',
    },
    {
      id: 'IneffectiveAlarm',
      metric: guardMetric('ContainmentIneffective', Stats.SUM),
      from: 1,
      says: 'a caller got in although the policy refuses it; a policy does not stop this caller',
      section: 'containment-ineffective',
    },
    {
      id: 'SweepOnlyAlarm',
      metric: guardMetric('SweepOnly', Stats.SUM),
      from: 1,
      says: 'a finding was in the log files only; EventBridge did not deliver it',
      section: 'sweep-only',
    },
    {
      id: 'VerdictLatencyAlarm',
      // An hour, for four beats at least; where nobody else calls, a single one that was late is enough.
      metric: guardMetric('VerdictLatency', Stats.percentile(90), Duration.hours(1)),
      from: VERDICT_LATENCY.toMilliseconds(),
      says: 'one verdict in ten comes more than 15 minutes after its call',
      section: 'verdict-latency',
    },
  ];
}

/** What the heartbeat sees of the parts that the guard hears by, over periods that it does not leave empty. */
function listPartAlarms(): readonly AlarmTerms[] {
  return [
    {
      id: 'TrailSilentAlarm',
      metric: guardMetric('TrailSilent', Stats.MAXIMUM, BEAT),
      from: 1,
      says: 'the trail does not log; the guard sees nothing',
      section: 'trail-not-logging',
    },
    {
      id: 'RulesBrokenAlarm',
      metric: guardMetric('RulesBroken', Stats.MAXIMUM, BEAT),
      from: 1,
      says: 'rules are missing, off, or without their target; the guard does not see all calls',
      section: 'rules-broken',
    },
  ];
}
