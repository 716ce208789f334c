import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { createAlarms } from './alarm.ts';
import { guardMetric } from './guard-metrics.ts';

/** How often the heartbeat runs: four beats fit into the hour after which an alarm says that none came back. */
export const BEAT = Duration.minutes(15);

/**
 * Makes the heartbeat's alarms: one where a beat is lost, which the heartbeat itself finds, and one where none came back
 * for an hour, which is there for the case that the heartbeat does not run either. That one rings when its data end, and
 * so not before the first beat came back: a new trail is blind for minutes.
 */
export function createHeartbeatAlarms(scope: Construct, topic: ITopic): void {
  createAlarms(scope, topic, [
    {
      id: 'LostAlarm',
      metric: guardMetric('HeartbeatLost', Stats.SUM, BEAT),
      from: 1,
      says: 'a call by the heartbeat did not come back as a verdict, so others may not either',
      section: 'heartbeat-lost',
    },
    {
      id: 'MissingAlarm',
      metric: guardMetric('HeartbeatSeen', Stats.SUM, BEAT),
      from: 'noMoreData',
      says: 'no call by the heartbeat came back as a verdict for an hour',
      section: 'heartbeat-missing',
    },
  ]);
}
