import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AppSettings } from './app-settings.ts';
import { findKey } from './encryption-key.ts';
import { GuardDashboard } from './guard-dashboard.ts';
import { InvocationGuard } from './invocation-guard.ts';
import type { InvocationTrail } from './invocation-trail.ts';

/** What the guard's stack is made of. */
export interface GuardStackProps extends StackProps {
  readonly settings: AppSettings;
  /** The trail of the same app, if it makes one. */
  readonly trail: InvocationTrail | undefined;
  /** Folder of the built functions; the one in this package where it is not given. */
  readonly bundleFolder: string | undefined;
}

/** The stack `Invokeguard` of the ready-made app: the guard, and the outputs that a person needs next. */
export class GuardStack extends Stack {
  readonly guard: InvocationGuard;

  constructor(scope: Construct, id: string, { settings, trail, bundleFolder, ...props }: GuardStackProps) {
    // Some hundred patterns with line breaks and indents would not fit into the million characters of a template.
    super(scope, id, { suppressTemplateIndentation: true, ...props });
    const { characters, rules } = settings.patternQuotas;
    const encryptionKey = findKey(this, settings.encryptionKey);
    const guard = new InvocationGuard(this, 'Guard', {
      allowlist: settings.config,
      heartbeat: settings.heartbeat,
      ...(settings.forward === 'on' ? { elsewhere: 'forwarded' } : {}),
      ...(trail === undefined ? {} : { trail }),
      ...(settings.trail.kind === 'existing' ? { existingTrailArn: settings.trail.trailArn } : {}),
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(characters === undefined ? {} : { patternCharacters: characters }),
      ...(rules === undefined ? {} : { patternRules: rules }),
      ...(bundleFolder === undefined ? {} : { bundleFolder }),
    });
    const { dashboard } = new GuardDashboard(this, 'Dashboard', guard);
    new CfnOutput(this, 'AlertTopicArn', { value: guard.alertTopic.topicArn });
    new CfnOutput(this, 'WatchTopicArn', { value: guard.watchTopic.topicArn });
    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
    new CfnOutput(this, 'LedgerTableName', { value: guard.ledger.tableName });
    new CfnOutput(this, 'FunctionName', { value: guard.remediator.functionName });
    new CfnOutput(this, 'ConvergerName', { value: guard.converger.functionName });
    new CfnOutput(this, 'QueueUrl', { value: guard.queue.queueUrl });
    new CfnOutput(this, 'ConvergenceQueueUrl', { value: guard.convergenceQueue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: guard.deadLetterQueue.queueUrl });
    this.#tellNextStep(settings);
    this.guard = guard;
  }

  #tellNextStep({ trail, logBucket }: AppSettings): void {
    if (trail.kind !== 'create' && logBucket.kind === 'none') {
      new CfnOutput(this, 'LogSweep', {
        value:
          'none: what EventBridge does not deliver is never found; name the bucket that the trail delivers to with ' +
          '`-c logBucket=NAME`',
      });
    }
    const confirm =
      'confirm the e-mail that SNS sends to each address, then see what containment would change with ' +
      '`npx invokeguard plan --function ARN`';
    switch (trail.kind) {
      case 'create':
        new CfnOutput(this, 'NextStep', { value: confirm });
        return;
      case 'existing':
        new CfnOutput(this, 'NextStep', {
          value:
            `${confirm}; see that the trail logs the calls with ` +
            `\`aws cloudtrail get-event-selectors --trail-name ${trail.trailArn}\``,
        });
        return;
      case 'none':
        new CfnOutput(this, 'NextStep', {
          value: `${confirm}; without a trail that logs Lambda data events the guard sees nothing`,
        });
    }
  }
}
