import type { Outcome } from '../core/alert/outcome.ts';
import { RetryableError } from './errors.ts';
import type { RecordPath } from './ports.ts';

/** One delivery of one record. */
export interface Delivery {
  /** The record, or the EventBridge event around it. */
  readonly input: unknown;
  /** Stands in for an eventID where the record has none: the message's own id. */
  readonly messageId: string;
  /** How often this message has been delivered, from 1. */
  readonly deliveryCount: number;
  readonly path: RecordPath;
}

/** Names what makes the work on a record idempotent: its eventID, or else its message. */
export function nameEvent(eventID: string | null, { messageId }: Delivery): string {
  return eventID ?? `message-${messageId}`;
}

/** From this delivery on, what cannot be finished is alerted, and tried again all the same. */
const DELAY_ALERT_DELIVERY = 3;

/** What is to be told of a fault that may pass: nothing (`undefined`) before it has come often enough. */
export function findDelay(error: unknown, { deliveryCount }: Delivery): Outcome | undefined {
  return error instanceof RetryableError && deliveryCount >= DELAY_ALERT_DELIVERY
    ? { kind: 'delayed', reason: error.message }
    : undefined;
}
