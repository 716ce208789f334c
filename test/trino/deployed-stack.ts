import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { JsonObject } from '../../core/json.ts';
import { synthApp, writeAllowlist } from '../infra/stacks.ts';
import { MINISTACK_ACCOUNT, MINISTACK_KEYS } from '../local-aws/ministack.ts';

/** The bucket of the played trail. */
export const LOG_BUCKET = 'played-trail-logs';

const REGION = 'eu-west-1';

/**
 * Deploys the app's stack for Athena to ministack, over a bucket with the logs of a played trail. Saved queries are left
 * out of the template, since ministack refuses their type.
 */
export async function deployAthena(endpoint: string, allowlist: string): Promise<void> {
  const config = writeAllowlist(allowlist);
  const context = { athena: 'true', trail: 'none', athenaBucket: LOG_BUCKET, athenaRegions: REGION, config };
  const template = synthApp({ ...context, 'invokeguard:synthesizer': 'cli' })
    .get('InvokeguardAthena')
    ?.toJSON();
  const resources = Object.entries(
    (template?.['Resources'] ?? {}) as Record<string, { readonly Type: string }>,
  );
  const kept = resources.filter(([, { Type }]) => Type !== 'AWS::Athena::NamedQuery');
  const cloudFormation = new CloudFormationClient({ endpoint, region: REGION, credentials: MINISTACK_KEYS });
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: 'InvokeguardAthena',
      TemplateBody: JSON.stringify({ ...template, Resources: Object.fromEntries(kept) }),
    }),
  );
  for (;;) {
    const { Stacks } = await cloudFormation.send(
      new DescribeStacksCommand({ StackName: 'InvokeguardAthena' }),
    );
    const [stack] = Stacks ?? [];
    if (stack?.StackStatus === 'CREATE_COMPLETE') return;
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') {
      throw new Error(`the stack is ${stack?.StackStatus}: ${stack?.StackStatusReason}`);
    }
    await delay(100);
  }
}

/** One log object: its key, and the bytes that CloudTrail would write. */
export interface PlayedLog {
  readonly key: string;
  readonly bytes: Buffer;
}

/** Writes records as log files of CloudTrail, one for each day, where CloudTrail would put them. */
export function composeLogs(records: readonly JsonObject[]): readonly PlayedLog[] {
  const days = new Map<string, JsonObject[]>();
  for (const record of records) {
    const day = String(record['eventTime']).slice(0, 10).replaceAll('-', '/');
    days.set(day, [...(days.get(day) ?? []), record]);
  }
  return [...days].map(([day, some]) => ({
    key: `AWSLogs/${MINISTACK_ACCOUNT}/CloudTrail/${REGION}/${day}/${MINISTACK_ACCOUNT}_CloudTrail_${REGION}_${day.replaceAll('/', '')}T0000Z_0a1b.json.gz`,
    bytes: gzipSync(JSON.stringify({ Records: some })),
  }));
}

/** Puts log files into the bucket of the played trail. */
export async function storeLogs(endpoint: string, logs: readonly PlayedLog[]): Promise<void> {
  const s3 = new S3Client({ endpoint, region: REGION, credentials: MINISTACK_KEYS, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: LOG_BUCKET }));
  for (const { key, bytes } of logs) {
    await s3.send(new PutObjectCommand({ Bucket: LOG_BUCKET, Key: key, Body: bytes }));
  }
}
