import { randomUUID } from 'node:crypto';
import type { CastUser } from './cast.ts';
import { type CloudTrailEvent, composeRecordEvent, formatTime } from './invocation-record.ts';
import { LAB_ACCOUNT } from './local-aws.ts';

/** A call of Lambda's API that changes a function, as its caller made it and Lambda answered. */
export interface MadeChange {
  /** As CloudTrail writes it, version suffix included. */
  readonly eventName: string;
  readonly requestParameters: Readonly<Record<string, unknown>>;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
}

/**
 * Writes the event that EventBridge would deliver for a change by an IAM user who signed in to the console with MFA:
 * CloudTrail's record of it, in the shape of recorded management events.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export function composeChangeEvent(actor: CastUser, change: MadeChange, time: Date): CloudTrailEvent {
  const sessionStart = new Date(time.getTime() - 3_600_000);
  return composeRecordEvent(
    {
      userIdentity: {
        type: 'IAMUser',
        principalId: actor.userId,
        arn: actor.userArn,
        accountId: LAB_ACCOUNT,
        accessKeyId: actor.accessKeyId,
        userName: actor.userArn.split('/').at(-1),
        sessionContext: {
          attributes: { creationDate: formatTime(sessionStart), mfaAuthenticated: 'true' },
        },
      },
      ...change,
      sourceIPAddress: '198.51.100.23',
      userAgent: 'Mozilla/5.0',
      requestID: randomUUID(),
      managementEvent: true,
      eventCategory: 'Management',
      sessionCredentialFromConsole: 'true',
    },
    time,
  );
}
