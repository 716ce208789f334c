import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { processMessages } from '../message-batch.ts';
import { handleLogMessage } from './message-handler.ts';
import { buildSweepRuntime } from './sweep-runtime.ts';

const runtime = buildSweepRuntime(process.env, __dirname);

/**
 * The sweeping function: SQS messages that tell of log files which CloudTrail has delivered.
 *
 * Contract: `processMessages`, with `handleLogMessage`. A message whose file could not be dealt with to its end is
 * delivered again; what was dealt with in it is then passed over.
 */
export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return processMessages(event, context, runtime, (message, deadlineMs) =>
    handleLogMessage(message, deadlineMs, runtime),
  );
}
