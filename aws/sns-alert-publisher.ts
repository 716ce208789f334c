import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { AlertPublisher } from '../containment/alert-ports.ts';
import type { Alert } from '../core/alert/alert.ts';
import { raiseFault } from './sdk-fault.ts';
import { composeSnsMessage } from './sns-message.ts';

/**
 * Publishes alerts to one SNS topic. Throws `RetryableError` where SNS did not answer, so that the alert is not lost.
 *
 * IAM on the topic: `sns:Publish`.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export class SnsAlertPublisher implements AlertPublisher {
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async publishAlert(alert: Alert): Promise<void> {
    // SNS refuses an attribute without a value.
    const attributes = Object.entries(alert.attributes).filter(([, value]) => value !== '');
    const command = new PublishCommand({
      TopicArn: this.#topicArn,
      Subject: alert.subject,
      MessageStructure: 'json',
      Message: composeSnsMessage(alert),
      MessageAttributes: Object.fromEntries(
        attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      raiseFault(error, 'sns:Publish');
    }
  }
}
