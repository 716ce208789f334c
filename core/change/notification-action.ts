import { asObject, asText, isJsonObject, type JsonObject } from '../json.ts';
import { parseFunctionArn } from '../record/function-reference.ts';
import type { BucketAction } from './change.ts';

/**
 * Reads which functions a bucket is told to notify; `undefined` where it is none, or another call. CloudTrail writes
 * the request as S3's XML has it: one configuration is an object, several are a list.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
export function readNotificationAction(eventName: string, record: JsonObject): BucketAction | undefined {
  if (!/^PutBucketNotification(Configuration)?$/.test(eventName)) return undefined;
  const parameters = asObject(record['requestParameters']);
  const configuration = asObject(parameters?.['NotificationConfiguration']);
  const targets = NAMES.flatMap((name) => listObjects(configuration?.[name])).flatMap((one) => {
    const arn = asText(one['CloudFunction']) ?? asText(one['LambdaFunctionArn']) ?? asText(one['Function']);
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

const NAMES = [
  'CloudFunctionConfiguration',
  'LambdaFunctionConfiguration',
  'LambdaFunctionConfigurations',
] as const;

function listObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : isJsonObject(value) ? [value] : [];
}
