/** Whether a service always sends a source key with its calls, as far as we know. */
export interface SentSourceKeys {
  readonly sourceArn: 'always' | 'perhaps';
  readonly sourceAccount: 'always' | 'perhaps';
}

/** What is known of a service of which nothing is known. */
export const UNKNOWN_SOURCE_KEYS: SentSourceKeys = { sourceArn: 'perhaps', sourceAccount: 'perhaps' };

interface SourceKeyRow {
  readonly keys: SentSourceKeys;
  /** The page of AWS's documentation whose own grant only works if the service sends these keys. */
  readonly origin: string;
}

const BOTH: SentSourceKeys = { sourceArn: 'always', sourceAccount: 'always' };
const ARN_ONLY: SentSourceKeys = { sourceArn: 'always', sourceAccount: 'perhaps' };

const ROWS: ReadonlyMap<string, SourceKeyRow> = new Map([
  [
    's3.amazonaws.com',
    { keys: BOTH, origin: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html' },
  ],
  [
    'sns.amazonaws.com',
    {
      keys: ARN_ONLY,
      origin: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html',
    },
  ],
  [
    'events.amazonaws.com',
    {
      keys: ARN_ONLY,
      origin: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    },
  ],
]);

/** Looks up which source keys a service is known to send; a service that is not in the table may send any or none. */
export function findSentSourceKeys(service: string): SentSourceKeys {
  return ROWS.get(service)?.keys ?? UNKNOWN_SOURCE_KEYS;
}
