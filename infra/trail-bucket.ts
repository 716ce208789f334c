import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** What the bucket for a trail's log files needs to know. */
export interface TrailBucketProps {
  /** Only this trail may write. */
  readonly trailArn: string;
  readonly account: string;
  readonly logRetention: Duration;
  /** Encrypts the log files; without it S3 encrypts them with a key of its own. */
  readonly encryptionKey: IKey | undefined;
}

/** How every bucket of the app is closed: encrypted, private, TLS only. Without a key S3 encrypts with one of its own. */
export function closeBucket(encryptionKey: IKey | undefined): BucketProps {
  return {
    ...(encryptionKey === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
  };
}

/**
 * Makes the bucket that CloudTrail delivers to: encrypted, private, TLS only, versioned, and kept when the stack goes.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 */
export function createTrailBucket(scope: Construct, id: string, props: TrailBucketProps): Bucket {
  const bucket = new Bucket(scope, id, {
    ...closeBucket(props.encryptionKey),
    versioned: true,
    lifecycleRules: [
      {
        id: 'expire-logs',
        expiration: props.logRetention,
        noncurrentVersionExpiration: Duration.days(30),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  // Set on the resource itself: the L2's `eventBridgeEnabled` would add a Lambda function with rights on every bucket.
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  allowDelivery(bucket, props);
  return bucket;
}

function allowDelivery(bucket: Bucket, { trailArn, account }: TrailBucketProps): void {
  const principals = [new ServicePrincipal('cloudtrail.amazonaws.com')];
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CloudTrailReadsAcl',
      principals,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
    }),
  );
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CloudTrailWritesLogs',
      principals,
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`AWSLogs/${account}/*`)],
      conditions: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trailArn },
      },
    }),
  );
}
