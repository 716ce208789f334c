import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { logFailure } from '../failure-log.ts';
import { buildGuardRuntime } from '../guard-runtime.ts';
import { handleJob } from './job-handler.ts';

const runtime = buildGuardRuntime(process.env, __dirname);
const processor = new BatchProcessor(EventType.SQS);
/** What is left for reporting when a run stops because its time is over. */
const RESERVE_MS = 60_000;

/**
 * The converging function: brings all versions and aliases of a function under the allowlist, after a violation, on
 * every deployment and once a day.
 *
 * Contract: as for the remediation function. A job that is not finished in one run is reported as failed, is delivered
 * again and goes on where it stopped.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  runtime.telemetry.logger.addContext(context);
  const deadlineMs = runtime.ports.clock.nowMs() + context.getRemainingTimeInMillis() - RESERVE_MS;
  try {
    return await processPartialResponse(
      event,
      (message: SQSRecord) =>
        logFailure(runtime, message, () => handleJob(message.body, deadlineMs, runtime)),
      processor,
      { context, throwOnFullBatchFailure: false },
    );
  } finally {
    runtime.telemetry.metrics.publishStoredMetrics();
  }
}
