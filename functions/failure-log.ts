import type { SQSRecord } from 'aws-lambda';
import type { GuardRuntime } from './guard-runtime.ts';

/** Runs the work for one message and logs why it failed, before the message goes back to the queue. */
export async function logFailure(
  { telemetry }: Pick<GuardRuntime, 'telemetry'>,
  message: SQSRecord,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { messageId, attributes } = message;
    const deliveries = attributes.ApproximateReceiveCount;
    telemetry.logger.error('message goes back to the queue', { messageId, deliveries, error });
    throw error;
  }
}
