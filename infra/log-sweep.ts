import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SWEEPER_NAME } from '../core/guard.ts';
import { EVENTBRIDGE_LIMITS } from '../core/pattern/compiled-patterns.ts';
import { type AlarmTerms, createAlarms } from './alarm.ts';
import { grantRemediation } from './function-rights.ts';
import { createGuardFunction } from './guard-function.ts';
import { PERIOD } from './guard-metrics.ts';
import { routeToQueue } from './guard-queues.ts';
import type { InvocationGuard } from './invocation-guard.ts';
import { createLogQueue, LOG_FOLDER, type LogQueue, SWEEP_TIMEOUT } from './log-queue.ts';
import { findFunctionBundles } from './package-folder.ts';
import { watchParts } from './part-watch.ts';

/** What the sweep needs to know of a bucket, made here or elsewhere. */
export type LogBucket = Pick<IBucket, 'bucketName' | 'bucketArn' | 'arnForObjects'> & {
  readonly encryptionKey?: IKey | undefined;
};

/** Properties of a `LogSweep`. */
export interface LogSweepProps {
  /** The guard whose second net this is: the sweep uses its ledger, its topic and its converging function. */
  readonly guard: InvocationGuard;
  /**
   * The bucket that the trail delivers to. No other one is read. Where it does not know its KMS key, the key's own policy
   * has to let the sweeping function's role decrypt.
   */
  readonly bucket: LogBucket;
  /**
   * What stands before `AWSLogs/` in its keys, ending in `/`.
   * @default - nothing
   */
  readonly prefix?: string;
  /**
   * Where the bucket tells of new log files, encrypted with the bucket's key where it has one.
   * @default - a queue is made, and EventBridge feeds it: the bucket's owner has to switch its notifications on
   */
  readonly queue?: LogQueue;
  /**
   * Folder of the built functions, with `sweep/` in it.
   * @default - the one in this package
   */
  readonly bundleFolder?: string;
}

/** Three deliveries: longer than a file waits that failed once. */
const BACKLOG_AGE = Duration.hours(1);

/**
 * Runs each log file that CloudTrail delivers to S3 through the guard's own steps, so that what EventBridge did not
 * deliver is still caught, once. Stands in the Region of its guard.
 */
export class LogSweep extends Construct {
  readonly sweeper: IFunction;
  readonly queue: LogQueue;

  constructor(scope: Construct, id: string, props: LogSweepProps) {
    super(scope, id);
    const { guard, bucket, prefix = '' } = props;
    const { parts } = guard;
    const folder = `${prefix}${LOG_FOLDER}`;
    this.queue = props.queue ?? this.#createQueue(bucket, folder, parts.encryptionKey);
    const sweeper = createGuardFunction(this, 'Sweeper', {
      parts,
      name: SWEEPER_NAME,
      description: 'Judges the records of the log files that CloudTrail delivers, contains and alerts',
      bundleFolder: join(props.bundleFolder ?? findFunctionBundles(), 'sweep'),
      queue: this.queue.queue,
      // A large file may need a run of its own.
      batchSize: 1,
      timeout: SWEEP_TIMEOUT,
      environment: { LOG_BUCKET: bucket.bucketName },
      grantRights: (role, allowlist) => {
        grantRemediation(role, allowlist);
        grantLogs(role, bucket, folder);
      },
    });
    this.sweeper = sweeper;
    createAlarms(this, guard.alertTopic, listAlarms(sweeper, this.queue));
    // After all parts, because it watches what is there.
    const { characters } = EVENTBRIDGE_LIMITS;
    watchParts(this, guard, { name: 'sweep', encryptionKey: undefined, characters });
  }

  #createQueue(bucket: LogBucket, folder: string, encryptionKey: IKey | undefined): LogQueue {
    const logQueue = createLogQueue(this, 'Queue', encryptionKey);
    const rule = new Rule(this, 'Delivered', {
      description: 'Log files that CloudTrail has delivered, for Invokeguard',
      // Without account and Region: another Region's bus may hand on what a bucket there tells.
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix: folder }] } },
      },
    });
    routeToQueue(rule, logQueue);
    return logQueue;
  }
}

/** Whether log files are swept, and in time. */
function listAlarms(sweeper: IFunction, { queue, deadLetters }: LogQueue): readonly AlarmTerms[] {
  return [
    {
      id: 'DeadLettersAlarm',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      from: 1,
      says: 'a log file could not be swept to its end',
      section: 'sweep-dead-letters',
    },
    {
      id: 'ErrorsAlarm',
      metric: sweeper.metricErrors({ period: PERIOD }),
      from: 1,
      says: 'the sweeping function fails',
      section: 'sweep-errors',
    },
    {
      id: 'BacklogAlarm',
      metric: queue.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
      from: BACKLOG_AGE.toSeconds(),
      says: 'log files wait too long to be swept',
      section: 'sweep-backlog',
    },
  ];
}

/** Lets the sweeping function read log files, and nothing else that lies in the bucket. */
function grantLogs(role: Role, bucket: LogBucket, folder: string): void {
  role.addToPolicy(
    new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${folder}*`)] }),
  );
  // Without the right to list, S3 says of an object that is gone what it says of one that may not be read.
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  const { encryptionKey } = bucket;
  if (encryptionKey !== undefined) {
    role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [encryptionKey.keyArn] }));
  }
}
