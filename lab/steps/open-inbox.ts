import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Alert, InvocationEvent } from '../../core/alert/alert.ts';
import type { ChangeEvent } from '../../core/alert/change-alert.ts';
import type { Stage } from '../lab.ts';
import { LAB_ACCOUNT, LAB_REGION } from '../local-aws.ts';
import type { Narrator } from '../narration.ts';
import type { DeployedParts } from './deploy-guard.ts';

const INBOX_NAME = 'alert-inbox';

/** A queue that is subscribed to the alert topic, as a mailbox would be. */
export interface Inbox {
  /** Answers the alerts about calls that have come since the last time, as SNS delivered them. */
  readonly takeAlerts: () => Promise<readonly InvocationAlert[]>;
  /** The same for alerts about changes. */
  readonly takeChangeAlerts: () => Promise<readonly ChangeAlert[]>;
}

/** An alert as a subscribed program gets it. */
export interface InvocationAlert {
  readonly subject: string;
  readonly event: InvocationEvent;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An alert about a change as a subscribed program gets it. */
export interface ChangeAlert {
  readonly subject: string;
  readonly event: ChangeEvent;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Subscribes a queue to the alert topic. */
export async function openInbox(
  { root }: Pick<Stage, 'root'>,
  parts: Pick<DeployedParts, 'alertTopicArn'>,
  narrator: Narrator,
): Promise<Inbox> {
  const queueArn = `arn:aws:sqs:${LAB_REGION}:${LAB_ACCOUNT}:${INBOX_NAME}`;
  const mayDeliver = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': parts.alertTopicArn } },
      },
    ],
  };
  const queue = await root.sqs.send(
    new CreateQueueCommand({ QueueName: INBOX_NAME, Attributes: { Policy: JSON.stringify(mayDeliver) } }),
  );
  await root.sns.send(
    new SubscribeCommand({ TopicArn: parts.alertTopicArn, Protocol: 'sqs', Endpoint: queueArn }),
  );
  narrator.tell('EMULATED', `SNS delivers the alerts to a queue of the demo, \`${INBOX_NAME}\``);
  const { QueueUrl } = queue;
  let held: readonly Delivered[] = [];
  const take = async <Kind extends Delivered['event']['kind']>(
    kind: Kind,
  ): Promise<readonly OfKind<Kind>[]> => {
    held = [...held, ...(await receiveAll(root, QueueUrl))];
    const taken = held.filter((alert): alert is OfKind<Kind> => alert.event.kind === kind);
    held = held.filter((alert) => alert.event.kind !== kind);
    return taken;
  };
  return { takeAlerts: () => take('invocation'), takeChangeAlerts: () => take('change') };
}

type Delivered = Omit<InvocationAlert, 'event'> & { readonly event: Alert['event'] };
type OfKind<Kind> = Delivered & { readonly event: Extract<Alert['event'], { readonly kind: Kind }> };

async function receiveAll(root: Stage['root'], QueueUrl: string | undefined): Promise<readonly Delivered[]> {
  const received = await root.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const messages = received.Messages ?? [];
  for (const { ReceiptHandle } of messages) {
    await root.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return messages.map((message) => readDelivery(message.Body ?? '{}'));
}

function readDelivery(body: string): Delivered {
  const delivery = JSON.parse(body) as {
    Subject?: string;
    Message: string;
    MessageAttributes?: Record<string, { Value: string }>;
  };
  const attributes = Object.entries(delivery.MessageAttributes ?? {});
  return {
    subject: delivery.Subject ?? '',
    event: JSON.parse(delivery.Message) as Alert['event'],
    attributes: Object.fromEntries(attributes.map(([name, { Value }]) => [name, Value])),
  };
}
