import type { SQSRecord } from 'aws-lambda';
import type { Delivery } from '../../containment/delivery.ts';
import { readDeliveryCount } from '../delivery-count.ts';

/** A message of the queue as a delivery, or why it is not one. */
export type ReadMessage =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads one SQS message that EventBridge put on the queue. */
export function readMessage(message: SQSRecord): ReadMessage {
  let input: unknown;
  try {
    input = JSON.parse(message.body);
  } catch {
    return { kind: 'malformed', reason: 'the message body is not JSON' };
  }
  const { messageId } = message;
  return {
    kind: 'delivery',
    delivery: { input, messageId, deliveryCount: readDeliveryCount(message), path: 'live' },
  };
}
