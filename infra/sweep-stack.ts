import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { AppSettings } from './app-settings.ts';
import { findKey } from './encryption-key.ts';
import type { InvocationGuard } from './invocation-guard.ts';
import type { LogBucketSetting } from './log-bucket-setting.ts';
import { LogSweep, type LogSweepProps } from './log-sweep.ts';
import type { TrailStack } from './trail-stack.ts';

/** Whose log files are swept. */
export type SweptLogs =
  /** Those of the trail that the same app makes. */
  { readonly kind: 'own'; readonly stack: TrailStack } | Extract<LogBucketSetting, { kind: 'existing' }>;

/** What the stack of the sweep is made of. */
export interface SweepStackProps extends StackProps {
  readonly settings: AppSettings;
  readonly guard: InvocationGuard;
  readonly logs: SweptLogs;
  /** Folder of the built functions; the one in this package where it is not given. */
  readonly bundleFolder: string | undefined;
}

/**
 * The stack `InvokeguardSweep` of the ready-made app, deployed after the guard and the trail: what S3 tells meanwhile
 * waits in the trail's queue.
 */
export class SweepStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { settings, guard, logs, bundleFolder, ...props }: SweepStackProps,
  ) {
    super(scope, id, props);
    const sweep = new LogSweep(this, 'Sweep', {
      guard,
      ...(logs.kind === 'own'
        ? { bucket: logs.stack.trail.bucket, queue: logs.stack.logQueue }
        : this.#describeExisting(logs, settings)),
      ...(bundleFolder === undefined ? {} : { bundleFolder }),
    });
    new CfnOutput(this, 'SweeperName', { value: sweep.sweeper.functionName });
    new CfnOutput(this, 'QueueUrl', { value: sweep.queue.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: sweep.queue.deadLetters.queueUrl });
    if (logs.kind === 'existing') {
      new CfnOutput(this, 'NextStep', {
        value:
          `let the bucket tell EventBridge of its objects: docs/deploying.md, "The sweep of an existing trail"; ` +
          `\`aws s3api get-bucket-notification-configuration --bucket ${logs.bucket}\` shows whether it does`,
      });
    }
  }

  #describeExisting(
    { bucket, prefix }: Extract<LogBucketSetting, { kind: 'existing' }>,
    { encryptionKey }: AppSettings,
  ): SweptProps {
    // A key that the app makes has encrypted nothing there yet.
    const key = encryptionKey.kind === 'existing' ? findKey(this, encryptionKey) : undefined;
    const attributes = { bucketName: bucket, ...(key === undefined ? {} : { encryptionKey: key }) };
    return { bucket: Bucket.fromBucketAttributes(this, 'Logs', attributes), prefix };
  }
}

type SweptProps = Pick<LogSweepProps, 'bucket' | 'prefix' | 'queue'>;
