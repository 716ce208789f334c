import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { buildGuardRuntime } from '../guard-runtime.ts';
import { processMessages } from '../message-batch.ts';
import { handleJob } from './job-handler.ts';

const runtime = buildGuardRuntime(process.env, __dirname);

/**
 * The converging function: brings all versions and aliases of a function under the allowlist, after a violation, on
 * every deployment and once a day.
 *
 * Contract: `processMessages`, with `handleJob`. A job that is not finished in one run is reported as failed, is
 * delivered again and goes on where it stopped.
 */
export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return processMessages(event, context, runtime, ({ body }, deadlineMs) =>
    handleJob(body, deadlineMs, runtime),
  );
}
