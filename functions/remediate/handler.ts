import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { processMessages } from '../message-batch.ts';
import { buildRecordRuntime } from '../record-runtime.ts';
import { handleMessage } from './message-handler.ts';

const runtime = buildRecordRuntime(process.env, __dirname);

/**
 * The remediation function: SQS batches of CloudTrail records from EventBridge.
 *
 * Contract: `processMessages`, with `handleMessage`.
 */
export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return processMessages(event, context, runtime, (message) => handleMessage(message, runtime));
}
