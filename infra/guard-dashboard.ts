import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { guardMetric, PERIOD } from './guard-metrics.ts';
import type { InvocationGuard } from './invocation-guard.ts';

const PERCENTILES = [50, 90, 99];

/**
 * One page with all that the guard tells of itself: what it found and did, how fast, what waits, and whether trail, rules,
 * heartbeat and sweep are alive. Graphs of parts that are not deployed stay empty.
 */
export class GuardDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, guard: InvocationGuard) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      // Dashboards of all Regions stand in one list.
      dashboardName: `invokeguard-${Stack.of(this).region}`,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: findAlarms(guard), width: 24, height: 4 })],
        [
          countGraph('Findings', ['Unauthorized', 'Undetermined', 'Observed']),
          countGraph('Contained', ['Contained', 'MappingDisabled', 'AlreadyContained', 'QualifierContained']),
          countGraph('Not contained', [
            'ContainmentRefused',
            'ContainmentDelayed',
            'ContainmentIneffective',
            'NotAttempted',
            'QualifierRefused',
          ]),
        ],
        [
          latencyGraph('From the call to the verdict', 'VerdictLatency'),
          latencyGraph('From the call to the contained policy', 'ContainmentLatency'),
          countGraph('Changes', ['ChangeOpens', 'ChangeTampers', 'ChangeCloses', 'ChangeNeutral']),
        ],
        [
          graph('Age of the oldest message', [
            guard.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, label: 'records' }),
            guard.convergenceQueue.metricApproximateAgeOfOldestMessage({ period: PERIOD, label: 'jobs' }),
          ]),
          graph('Dead letters and failed runs', [
            guard.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
              period: PERIOD,
              label: 'dead letters',
            }),
            guard.remediator.metricErrors({ period: PERIOD, label: 'remediator' }),
            guard.converger.metricErrors({ period: PERIOD, label: 'converger' }),
            guardMetric('RecordRejected', Stats.SUM),
          ]),
          graph('Messages', [
            publishedMetric(guard.alertTopic, 'alerts and alarms'),
            publishedMetric(guard.watchTopic, 'tampering'),
            ...['AlertRepeated', 'AlertDeferred', 'DigestSent'].map((name) => guardMetric(name, Stats.SUM)),
          ]),
        ],
        [
          graph('Trail and rules', [
            guardMetric('TrailSilent', Stats.MAXIMUM),
            guardMetric('RulesBroken', Stats.MAXIMUM),
          ]),
          countGraph('Heartbeat', ['HeartbeatSeen', 'HeartbeatLost']),
          countGraph('Sweep', ['SweepOnly', 'SweptBefore', 'SweepFiles', 'SweepForeign', 'SweepRejected']),
        ],
      ],
    });
  }
}

function findAlarms(guard: InvocationGuard): Alarm[] {
  return guard.node.findAll().filter((child): child is Alarm => child instanceof Alarm);
}

function graph(title: string, left: readonly IMetric[]): IWidget {
  return new GraphWidget({ title, left: [...left], width: 8, height: 6 });
}

function countGraph(title: string, names: readonly string[]): IWidget {
  return graph(
    title,
    names.map((name) => guardMetric(name, Stats.SUM)),
  );
}

function latencyGraph(title: string, name: string): IWidget {
  return graph(
    `${title}, in milliseconds`,
    PERCENTILES.map((percentile) =>
      guardMetric(name, Stats.percentile(percentile)).with({ label: `p${percentile}` }),
    ),
  );
}

function publishedMetric(topic: ITopic, label: string): IMetric {
  return new Metric({
    namespace: 'AWS/SNS',
    metricName: 'NumberOfMessagesPublished',
    dimensionsMap: { TopicName: topic.topicName },
    statistic: Stats.SUM,
    period: PERIOD,
    label,
  });
}
