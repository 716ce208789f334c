import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { LOG_BUCKET_NAME } from '../cast.ts';
import type { CloudTrailEvent } from '../invocation-record.ts';
import type { Lab } from '../lab.ts';
import { LAB_ACCOUNT, LAB_REGION } from '../local-aws.ts';

/** Creates the bucket that a trail would deliver to, which tells EventBridge of each new object. */
export async function createLogBucket(lab: Lab): Promise<void> {
  await lab.root.s3.send(new CreateBucketCommand({ Bucket: LOG_BUCKET_NAME }));
  await lab.root.s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: LOG_BUCKET_NAME,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
}

/** Puts a log file into the bucket, named and packed as CloudTrail does. */
export async function deliverLogFile(lab: Lab, events: readonly CloudTrailEvent[]): Promise<void> {
  const text = JSON.stringify({ Records: events.map(({ envelope }) => envelope.detail) });
  const now = new Date().toISOString();
  const folder = `AWSLogs/${LAB_ACCOUNT}/CloudTrail/${LAB_REGION}/${now.slice(0, 10).replaceAll('-', '/')}`;
  const minute = `${now.slice(0, 16).replaceAll(/[-:]/gu, '')}Z`;
  const unique = randomUUID().replaceAll('-', '').slice(0, 16);
  const file = `${LAB_ACCOUNT}_CloudTrail_${LAB_REGION}_${minute}_${unique}.json.gz`;
  await lab.root.s3.send(
    new PutObjectCommand({
      Bucket: LOG_BUCKET_NAME,
      Key: `${folder}/${file}`,
      Body: await promisify(gzip)(text),
      ContentType: 'application/json',
      ContentEncoding: 'gzip',
    }),
  );
}
