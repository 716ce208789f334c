import type { SQSRecord } from 'aws-lambda';

/** Reads how often SQS has delivered a message: 1 for the first time, and where it does not say. */
export function readDeliveryCount({ attributes }: SQSRecord): number {
  const received = Number(attributes.ApproximateReceiveCount);
  return Number.isSafeInteger(received) && received > 0 ? received : 1;
}
