import { asObject, asText, type JsonObject } from '../json.ts';
import { openEnvelope } from '../record/envelope.ts';

/** From where, and with what proof, somebody called an API of AWS, as far as the record tells. */
export interface Session {
  /** Whether the session was opened with a second factor; long-lived keys have no session, and say nothing. */
  readonly mfa: 'used' | 'notUsed' | 'untold';
  /** CloudTrail says it only of calls made with the credentials of a console session. */
  readonly consoleLogin: 'yes' | 'untold';
  /** When the session was opened: ISO-8601 UTC as CloudTrail wrote it; null for long-lived keys. */
  readonly startTime: string | null;
  /** An address, or the name of the AWS service that called for somebody. */
  readonly sourceIPAddress: string | null;
  /** What the client says of itself: anybody can say anything. */
  readonly userAgent: string | null;
}

/**
 * Reads the session behind one CloudTrail record, or behind whatever delivers one (EventBridge, `LookupEvents`).
 * Never throws; what is no record tells nothing.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html (sessionCredentialFromConsole)
 */
export function readSession(input: unknown): Session {
  const opened = openEnvelope(input);
  const record: JsonObject = opened.kind === 'rejected' ? {} : opened.record;
  const context = asObject(asObject(record['userIdentity'])?.['sessionContext']);
  const attributes = asObject(context?.['attributes']);
  return {
    mfa: readMfa(attributes?.['mfaAuthenticated']),
    consoleLogin: isTrue(record['sessionCredentialFromConsole']) ? 'yes' : 'untold',
    startTime: asText(attributes?.['creationDate']),
    sourceIPAddress: asText(record['sourceIPAddress']),
    userAgent: asText(record['userAgent']),
  };
}

function readMfa(value: unknown): Session['mfa'] {
  if (isTrue(value)) return 'used';
  return value === 'false' || value === false ? 'notUsed' : 'untold';
}

/** CloudTrail writes both as text. */
function isTrue(value: unknown): boolean {
  return value === 'true' || value === true;
}

/** Says in a few words what the record tells of a session, but not from where: that is the client's to choose. */
export function describeSession({ mfa, consoleLogin, startTime }: Session): string {
  const words = [
    consoleLogin === 'yes' ? 'from the console' : undefined,
    startTime === null ? 'long-lived keys, or not in the record' : `began ${startTime}`,
    MFA_WORDS[mfa],
  ];
  return words.filter((word) => word !== undefined).join(', ');
}

const MFA_WORDS = { used: 'with MFA', notUsed: 'without MFA', untold: undefined } as const;
