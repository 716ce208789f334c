import { Duration, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { type GuardQueues, routeToQueue } from './guard-queues.ts';

const DIGEST_RULE_NAME = 'invokeguard-digest';

/**
 * Makes the rules that give the converging function its jobs. Two ask for all guarded functions to be brought under the
 * allowlist: once a day, and whenever this stack was deployed, since a new allowlist comes with the code. One asks for
 * the digest of alerts, each hour. The event's id names the run, so that an event that EventBridge delivers twice is
 * one run.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
 */
export function createConvergenceRules(scope: Construct, { convergence, deadLetters }: GuardQueues): void {
  const rules = [
    new Rule(scope, 'Daily', {
      description: 'Once a day Invokeguard looks at all policies of guarded functions',
      schedule: Schedule.rate(Duration.days(1)),
    }),
    new Rule(scope, 'Deployed', {
      description: 'After a deployment Invokeguard brings all guarded functions under the new allowlist',
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': [Stack.of(scope).stackId],
          'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
        },
      },
    }),
  ];
  const digest = new Rule(scope, 'Digest', {
    ruleName: DIGEST_RULE_NAME,
    description: 'Each hour Invokeguard tells what no alert of its own told',
    schedule: Schedule.rate(Duration.hours(1)),
  });
  const route = { queue: convergence, deadLetters };
  for (const rule of rules) routeToQueue(rule, { ...route, input: askFor('all') });
  routeToQueue(digest, { ...route, input: askFor('digest') });
}

function askFor(kind: 'all' | 'digest'): RuleTargetInput {
  return RuleTargetInput.fromObject({ kind, runID: EventField.eventId });
}
