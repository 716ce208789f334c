import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { buildS3Client, S3LogObjects } from '../../aws/s3-log-objects.ts';
import { logFailure } from '../failure-log.ts';
import { buildRecordRuntime } from '../record-runtime.ts';
import { AskedMappings } from './asked-mappings.ts';
import { readLogBucket } from './log-bucket.ts';
import { BucketLogObjects } from './log-objects.ts';
import { handleLogMessage, type SweepRuntime } from './message-handler.ts';

/** What the last record that is begun may still take. */
const LAST_RECORD_MS = 60_000;

const runtime = buildSweepRuntime(process.env);
const processor = new BatchProcessor(EventType.SQS);

/**
 * The sweeping function: SQS messages that tell of log files which CloudTrail has delivered.
 *
 * Contract: as for the remediation function. A message whose file could not be dealt with to its end is reported as
 * failed and delivered again; what was dealt with in it is then passed over. After the last try it moves to the sweep's
 * dead-letter queue, whose alarm says so.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  runtime.telemetry.logger.addContext(context);
  const stopMs = runtime.ports.clock.nowMs() + context.getRemainingTimeInMillis() - LAST_RECORD_MS;
  try {
    return await processPartialResponse(
      event,
      (message: SQSRecord) => logFailure(runtime, message, () => handleLogMessage(message, stopMs, runtime)),
      processor,
      { context, throwOnFullBatchFailure: false },
    );
  } finally {
    runtime.telemetry.metrics.publishStoredMetrics();
  }
}

function buildSweepRuntime(env: NodeJS.ProcessEnv): SweepRuntime {
  const built = buildRecordRuntime(env, __dirname);
  const bucket = readLogBucket(env);
  const s3 = buildS3Client({ region: built.guard.region, endpoint: env['AWS_ENDPOINT_URL'] });
  const logs = new BucketLogObjects(new S3LogObjects(s3), bucket);
  const mappings = new AskedMappings(built.ports.mappings);
  return { ...built, bucket, ports: { ...built.ports, mappings, logs } };
}
