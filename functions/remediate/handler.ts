import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { logFailure } from '../failure-log.ts';
import { buildRecordRuntime } from '../record-runtime.ts';
import { handleMessage } from './message-handler.ts';

const runtime = buildRecordRuntime(process.env, __dirname);
const processor = new BatchProcessor(EventType.SQS);

/**
 * The remediation function: SQS batches of CloudTrail records from EventBridge.
 *
 * Contract: a message for which `handleMessage` returns is done with and leaves the queue. One for which it throws is
 * reported as failed, alone; SQS delivers it again, and after the last try moves it to the dead-letter queue, whose
 * alarm says so. Nothing is dropped.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  runtime.telemetry.logger.addContext(context);
  try {
    return await processPartialResponse(
      event,
      (message: SQSRecord) => logFailure(runtime, message, () => handleMessage(message, runtime)),
      processor,
      { context, throwOnFullBatchFailure: false },
    );
  } finally {
    runtime.telemetry.metrics.publishStoredMetrics();
  }
}
