import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ConvergenceJob, ConvergenceQueue } from '../containment/ports.ts';
import { raiseFault } from './sdk-fault.ts';

/**
 * Puts convergence jobs on the queue of the converging function.
 *
 * IAM: `sqs:SendMessage` on that queue.
 */
export class SqsConvergenceQueue implements ConvergenceQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async requestConvergence(job: ConvergenceJob): Promise<void> {
    const message = new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(job) });
    try {
      await this.#client.send(message);
    } catch (error) {
      raiseFault(error, 'sqs:SendMessage');
    }
  }
}
