import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueuesState } from '../core/heartbeat/chain-parts.ts';
import { describeFault } from './sdk-fault.ts';

/** The queues that tell whether records are judged. */
export interface WatchedQueues {
  readonly recordsUrl: string;
  readonly deadLettersUrl: string;
}

/**
 * Asks SQS how many messages wait, those in work included, and how many were given up. SQS tells about how many.
 *
 * IAM on both queues: `sqs:GetQueueAttributes`.
 */
export async function readQueuesState(
  client: SQSClient,
  { recordsUrl, deadLettersUrl }: WatchedQueues,
): Promise<QueuesState> {
  try {
    const waiting = await countMessages(client, recordsUrl);
    const deadLetters = await countMessages(client, deadLettersUrl);
    return { kind: 'read', waiting, deadLetters };
  } catch (error) {
    return { kind: 'unreadable', reason: describeFault(error) };
  }
}

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

async function countMessages(client: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes: attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
  );
  return COUNTS.reduce((sum, name) => sum + Number(attributes?.[name] ?? 0), 0);
}
