import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock } from '../containment/ports.ts';
import type { Telemetry } from './telemetry.ts';

/** What is left for what was begun, and for reporting, when a run stops because its time is over. */
const RESERVE_MS = 60_000;

/** What going through a batch needs of a function's runtime. */
export interface BatchRuntime {
  readonly telemetry: Telemetry;
  readonly ports: { readonly clock: Clock };
}

/**
 * Deals with all messages of a batch at the same time, and says which have to come again.
 *
 * Contract: a message for which `deal` returns is done with and leaves the queue. One for which it throws is logged and
 * reported as failed, alone; SQS delivers it again, and after the last try moves it to the dead-letter queue, whose
 * alarm says so. Nothing is dropped.
 * @param deal gets each message, and when to stop, in milliseconds since 1970
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function processMessages(
  event: SQSEvent,
  context: Context,
  { telemetry, ports }: BatchRuntime,
  deal: (message: SQSRecord, deadlineMs: number) => Promise<void>,
): Promise<SQSBatchResponse> {
  telemetry.logger.addContext(context);
  const deadlineMs = ports.clock.nowMs() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const dealLogged = async (message: SQSRecord): Promise<void> => {
    try {
      await deal(message, deadlineMs);
    } catch (error) {
      const { messageId, attributes } = message;
      const deliveries = attributes.ApproximateReceiveCount;
      telemetry.logger.error('message goes back to the queue', { messageId, deliveries, error });
      throw error;
    }
  };
  try {
    const processor = new BatchProcessor(EventType.SQS);
    return await processPartialResponse(event, dealLogged, processor, {
      context,
      throwOnFullBatchFailure: false,
    });
  } finally {
    telemetry.metrics.publishStoredMetrics();
  }
}
