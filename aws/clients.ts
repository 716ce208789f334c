import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where the clients talk to. */
export interface ClientSettings {
  readonly region: string;
  /** Another endpoint for all services, such as a local AWS. @default AWS's own endpoints of the Region */
  readonly endpoint?: string | undefined;
}

/** The clients that containment needs; built once, so that connections are kept. */
export interface Clients {
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** The first try and three more: with adaptive pacing that stays well inside one visibility timeout of the queue. */
const MAX_ATTEMPTS = 4;
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Builds the clients. Retries are adaptive: Lambda's control plane takes 15 requests a second from the whole account,
 * and a client that is throttled slows itself down. Credentials come from where the SDK looks for them.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function buildClients(settings: ClientSettings): Clients {
  const shared = {
    region: settings.region,
    ...(settings.endpoint === undefined || settings.endpoint === '' ? {} : { endpoint: settings.endpoint }),
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'adaptive',
  };
  const requestHandler = {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  };
  return {
    lambda: new LambdaClient({ ...shared, requestHandler: { ...requestHandler } }),
    dynamodb: new DynamoDBClient({ ...shared, requestHandler: { ...requestHandler } }),
    sns: new SNSClient({ ...shared, requestHandler: { ...requestHandler } }),
    sqs: new SQSClient({ ...shared, requestHandler: { ...requestHandler } }),
  };
}
