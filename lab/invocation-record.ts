import { randomUUID } from 'node:crypto';
import type { CastUser } from './cast.ts';
import { FUNCTION_ARN } from './cast.ts';
import { LAB_ACCOUNT, LAB_REGION } from './local-aws.ts';

/** An EventBridge event around a CloudTrail record. */
export interface CloudTrailEvent {
  readonly eventID: string;
  readonly envelope: Readonly<Record<string, unknown>> & {
    readonly detail: Readonly<Record<string, unknown>>;
  };
}

/**
 * Writes the event that EventBridge would deliver for a call by an IAM user: CloudTrail's record of the call, in the
 * shape of recorded Lambda data events.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function composeInvocationEvent(caller: CastUser, requestId: string, time: Date): CloudTrailEvent {
  return composeRecordEvent(
    {
      userIdentity: {
        type: 'IAMUser',
        principalId: caller.userId,
        arn: caller.userArn,
        accountId: LAB_ACCOUNT,
        accessKeyId: caller.accessKeyId,
        userName: caller.userArn.split('/').at(-1),
      },
      eventName: 'Invoke',
      sourceIPAddress: '203.0.113.7',
      userAgent: 'aws-sdk-js/3',
      requestParameters: { functionName: FUNCTION_ARN, invocationType: 'RequestResponse' },
      responseElements: null,
      additionalEventData: { functionVersion: `${FUNCTION_ARN}:$LATEST` },
      requestID: requestId,
      resources: [{ accountId: LAB_ACCOUNT, type: 'AWS::Lambda::Function', ARN: FUNCTION_ARN }],
      managementEvent: false,
      eventCategory: 'Data',
      tlsDetails: { clientProvidedHostHeader: `lambda.${LAB_REGION}.amazonaws.com` },
    },
    time,
  );
}

/** Completes a record of Lambda's API with what is the same in all of them, in the envelope of an EventBridge event. */
export function composeRecordEvent(record: Readonly<Record<string, unknown>>, time: Date): CloudTrailEvent {
  const eventID = randomUUID();
  const eventTime = formatTime(time);
  const detail = {
    eventVersion: '1.11',
    eventTime,
    eventSource: 'lambda.amazonaws.com',
    awsRegion: LAB_REGION,
    ...record,
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    recipientAccountId: LAB_ACCOUNT,
  };
  const envelope = {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.lambda',
    account: LAB_ACCOUNT,
    time: eventTime,
    region: LAB_REGION,
    resources: [],
    detail,
  };
  return { eventID, envelope };
}

/** A time as CloudTrail writes it. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
