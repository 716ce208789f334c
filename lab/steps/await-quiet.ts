import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Lab } from '../lab.ts';
import { pollUntil } from '../step-failure.ts';
import type { DeployedParts } from './deploy-guard.ts';

/** Long enough for a message that was just put on one queue to show up there, or for its work to reach the next. */
const STILL_FOR_MS = 1_500;

/** Waits until all queues that the guard's functions read have been empty for a while. */
export async function awaitQuiet(lab: Lab, parts: DeployedParts): Promise<void> {
  let quietSinceMs = Number.POSITIVE_INFINITY;
  await pollUntil(
    'the guard to work through its queues',
    async () => {
      const waiting = await countMessages(lab, parts);
      quietSinceMs = waiting > 0 ? Number.POSITIVE_INFINITY : Math.min(quietSinceMs, performance.now());
      return { waiting, quietForMs: performance.now() - quietSinceMs };
    },
    ({ quietForMs }) => quietForMs >= STILL_FOR_MS,
  );
}

/** Messages on all queues that the guard's functions read, those that they are working on included. */
export async function countMessages(lab: Lab, parts: DeployedParts): Promise<number> {
  let count = 0;
  for (const QueueUrl of parts.workQueueUrls) {
    const answer = await lab.root.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    for (const value of Object.values(answer.Attributes ?? {})) count += Number(value);
  }
  return count;
}
