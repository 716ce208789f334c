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

/** How long a client tries. */
export interface ClientLimits {
  /** The first try counts. */
  readonly maxAttempts: number;
  readonly connectionMs: number;
  readonly requestMs: number;
}

/** The first try and three more: with adaptive pacing that stays well inside one visibility timeout of the queue. */
const GUARD_LIMITS: ClientLimits = { maxAttempts: 4, connectionMs: 2_000, requestMs: 10_000 };

/** Reading many objects meets more throttling than calling a control plane, and nobody waits for one answer. */
export const PATIENT_LIMITS: ClientLimits = { maxAttempts: 8, connectionMs: 5_000, requestMs: 30_000 };

/**
 * Builds the clients. Retries are adaptive: Lambda's control plane takes 15 requests a second from the whole account,
 * and a client that is throttled slows itself down. Credentials come from where the SDK looks for them.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function buildClients(settings: ClientSettings): Clients {
  return {
    lambda: new LambdaClient(composeClientConfig(settings)),
    dynamodb: new DynamoDBClient(composeClientConfig(settings)),
    sns: new SNSClient(composeClientConfig(settings)),
    sqs: new SQSClient(composeClientConfig(settings)),
  };
}

/** What all clients have in common. */
export interface ClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly retryMode: string;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** The configuration of one client; each gets an object of its own, since the SDK writes into it. */
export function composeClientConfig(
  { region, endpoint }: ClientSettings,
  { maxAttempts, connectionMs, requestMs }: ClientLimits = GUARD_LIMITS,
): ClientConfig {
  return {
    region,
    ...(endpoint === undefined || endpoint === '' ? {} : { endpoint }),
    maxAttempts,
    retryMode: 'adaptive',
    requestHandler: {
      connectionTimeout: connectionMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    },
  };
}
