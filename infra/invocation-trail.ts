import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addHeartbeatTarget } from '../core/allowlist/heartbeat-entry.ts';
import { MANAGEMENT_WRITES } from '../core/trail/event-selector.ts';
import { selectInvocations } from '../core/trail/invocation-selectors.ts';
import { type AllowlistSource, loadAllowlist } from './allowlist-source.ts';
import { composeFunctionArn, listOwnFunctionArns } from './function-scope.ts';
import { allowTrail } from './key-grants.ts';
import { createTrailBucket } from './trail-bucket.ts';
import { allowTrailToPublish, createTrailLogGroup } from './trail-delivery.ts';
import { composeSelector } from './trail-selectors.ts';

/** Properties of an `InvocationTrail`. */
export interface InvocationTrailProps {
  /** Path of an allowlist file, or its content as an object. It says which functions' calls are logged. */
  readonly allowlist: AllowlistSource;
  /**
   * Name of the trail; it stands in the policies of bucket, key and topic.
   * @default 'invokeguard'
   */
  readonly trailName?: string;
  /**
   * Whether this trail logs changes (write-only management events) too, or another trail of the account does.
   * EventBridge sees only what some trail logs.
   * @default 'writeOnly'
   */
  readonly managementEvents?: 'writeOnly' | 'none';
  /**
   * Whether it logs the calls that the guard's heartbeat makes; the same as for the guard.
   * @default 'on'
   */
  readonly heartbeat?: 'on' | 'none';
  /**
   * Encrypts the log files, and the log group where there is one.
   * @default - S3 and CloudWatch Logs encrypt with keys of their own
   */
  readonly encryptionKey?: IKey;
  /**
   * Whether the trail also delivers to CloudWatch Logs.
   * @default 'none'
   */
  readonly cloudWatchLogs?: 'logGroup' | 'none';
  /**
   * Told of each log file delivered. Its policy must let CloudTrail publish; for a topic made in the same app the
   * construct sees to that.
   * @default - nobody is told
   */
  readonly deliveryTopic?: ITopic;
  /**
   * How long log files are kept.
   * @default Duration.days(365)
   */
  readonly logRetention?: Duration;
}

/**
 * A multi-Region trail that logs the calls of the guarded functions (or of all), with log-file validation, in an
 * encrypted, private bucket that notifies EventBridge. The calls of the guard's own functions are left out.
 */
export class InvocationTrail extends Construct {
  readonly trailArn: string;
  readonly bucket: Bucket;
  readonly heartbeat: 'on' | 'none';

  constructor(scope: Construct, id: string, props: InvocationTrailProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { encryptionKey, deliveryTopic } = props;
    this.heartbeat = props.heartbeat ?? 'on';
    const trailName = props.trailName ?? 'invokeguard';
    this.trailArn = stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName });
    if (encryptionKey !== undefined) allowTrail(encryptionKey, this.trailArn);
    if (deliveryTopic !== undefined) allowTrailToPublish(deliveryTopic, this.trailArn);
    this.bucket = createTrailBucket(this, 'Logs', {
      trailArn: this.trailArn,
      account: stack.account,
      logRetention: props.logRetention ?? Duration.days(365),
      encryptionKey,
    });
    const logs =
      props.cloudWatchLogs === 'logGroup' ? createTrailLogGroup(this, 'LogGroup', encryptionKey) : undefined;
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      s3BucketName: this.bucket.bucketName,
      advancedEventSelectors: this.#composeSelectors(props),
      ...(encryptionKey === undefined ? {} : { kmsKeyId: encryptionKey.keyArn }),
      ...(deliveryTopic === undefined ? {} : { snsTopicName: deliveryTopic.topicArn }),
      ...(logs === undefined
        ? {}
        : {
            cloudWatchLogsLogGroupArn: logs.logGroup.logGroupArn,
            cloudWatchLogsRoleArn: logs.role.roleArn,
          }),
    });
    // CloudTrail tries all of these while the trail is made, so that their policies have to be in place.
    trail.node.addDependency(this.bucket);
    if (deliveryTopic !== undefined) trail.node.addDependency(deliveryTopic);
  }

  #composeSelectors(props: InvocationTrailProps): CfnTrail.AdvancedEventSelectorProperty[] {
    const listed = loadAllowlist(props.allowlist).allowlist;
    const allowlist = this.heartbeat === 'on' ? addHeartbeatTarget(listed) : listed;
    const stack = Stack.of(this);
    const selection = selectInvocations(allowlist, {
      ownFunctionArns: listOwnFunctionArns(stack),
      functionArnStem: composeFunctionArn(stack, ''),
    });
    if (selection.kind === 'all' && selection.widened !== null) {
      const warning = `the trail logs the calls of all functions, because ${selection.widened}`;
      Annotations.of(this).addWarningV2('invokeguard:trailWidened', warning);
    }
    const all = [...selection.selectors, ...(props.managementEvents === 'none' ? [] : [MANAGEMENT_WRITES])];
    if (all.length === 0) {
      throw new Error(
        'the trail would log nothing: the allowlist names no function, and `managementEvents` is `none`',
      );
    }
    return all.map(composeSelector);
  }
}
