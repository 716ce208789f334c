import { asObject, asText, isJsonObject, type JsonObject } from '../json.ts';
import { parseFunctionArn } from '../record/function-reference.ts';
import type { BucketAction } from './change.ts';

/** The calls by which a bucket is told whom to notify, each of which replaces what it was told before. */
export const NOTIFICATION_CALLS: readonly string[] = [
  'PutBucketNotification',
  'PutBucketNotificationConfiguration',
];

/** Below these keys of the request's configuration stand the functions … */
export const NOTIFICATION_KEYS: readonly string[] = [
  'CloudFunctionConfiguration',
  'LambdaFunctionConfiguration',
  'LambdaFunctionConfigurations',
];

/** … each under one of these, the first that is there. */
export const NOTIFIED_KEYS: readonly string[] = ['CloudFunction', 'LambdaFunctionArn', 'Function'];

/**
 * Reads which functions a bucket is told to notify; `undefined` where it is none, or another call. CloudTrail writes
 * the request as S3's XML has it: one configuration is an object, several are a list.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
export function readNotificationAction(eventName: string, record: JsonObject): BucketAction | undefined {
  if (!NOTIFICATION_CALLS.includes(eventName)) return undefined;
  const parameters = asObject(record['requestParameters']);
  const configuration = asObject(parameters?.['NotificationConfiguration']);
  const targets = NOTIFICATION_KEYS.flatMap((key) => listObjects(configuration?.[key])).flatMap((one) => {
    const arn = NOTIFIED_KEYS.map((key) => asText(one[key])).find((text) => text !== null);
    const target = parseFunctionArn(arn ?? '');
    return target === undefined ? [] : [target];
  });
  if (targets.length === 0) return undefined;
  return {
    kind: 'bucketNotification',
    bucket: asText(parameters?.['bucketName']),
    account: asText(record['recipientAccountId']),
    targets,
  };
}

function listObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : isJsonObject(value) ? [value] : [];
}
