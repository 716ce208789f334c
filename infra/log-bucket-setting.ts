/** Which bucket the trail of somebody else delivers to, as the app's context says. */
export type LogBucketSetting =
  | {
      readonly kind: 'existing';
      readonly bucket: string;
      /** What stands before `AWSLogs/` in the keys, ending in `/`; mostly empty. */
      readonly prefix: string;
    }
  | { readonly kind: 'none' };

/** What `logBucket` may be, in words. */
export const LOG_BUCKET_EXPECTED =
  '`none`, or the name or ARN of the bucket that the trail delivers to, with `/PREFIX` where its keys have one';

const LOG_BUCKET = /^(?:arn:[^:]+:s3:::)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9!_.*'()-]+)*)\/?$/;

/** Reads the setting `logBucket`; `undefined` where it is no bucket, or its prefix goes into CloudTrail's own folders. */
export function parseLogBucket(text: string): LogBucketSetting | undefined {
  if (text === 'none') return { kind: 'none' };
  const [, bucket, folders] = LOG_BUCKET.exec(text) ?? [];
  if (bucket === undefined || folders === undefined || folders.includes('/AWSLogs')) return undefined;
  return { kind: 'existing', bucket, prefix: folders === '' ? '' : `${folders.slice(1)}/` };
}
