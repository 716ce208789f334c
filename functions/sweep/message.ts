import type { SQSRecord } from 'aws-lambda';
import { isJsonObject, type JsonObject, readObject, readText } from '../../core/json.ts';
import { readDeliveryCount } from '../delivery-count.ts';

/** A message of the queue, as what it says of the bucket. */
export type LogMessage =
  /** Objects that were made, by their keys. */
  | { readonly kind: 'objects'; readonly keys: readonly string[]; readonly deliveryCount: number }
  /** What S3 sends once, when a bucket begins to notify. */
  | { readonly kind: 'test' }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Reads one SQS message that S3 put on the queue, or EventBridge for it. One that tells of another bucket is malformed:
 * the guard reads its own trail's bucket only, whoever may write to the queue.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function readLogMessage(message: SQSRecord, bucket: string): LogMessage {
  const body = parseObject(message.body);
  if (body === undefined) return { kind: 'malformed', reason: 'the message body is no JSON object' };
  if (readText(body, 'Event') === 's3:TestEvent') return { kind: 'test' };
  const objects = listObjects(body);
  if (objects === undefined) return { kind: 'malformed', reason: 'it tells of no object of S3' };
  const keys: string[] = [];
  for (const object of objects) {
    if (object.bucket !== bucket) {
      return {
        kind: 'malformed',
        reason: `it tells of the bucket \`${object.bucket}\`, expected \`${bucket}\``,
      };
    }
    keys.push(object.key);
  }
  return { kind: 'objects', keys, deliveryCount: readDeliveryCount(message) };
}

interface ToldObject {
  readonly bucket: string;
  readonly key: string;
}

function listObjects(body: JsonObject): readonly ToldObject[] | undefined {
  if (readText(body, 'source') === 'aws.s3' && readText(body, 'detail-type') === 'Object Created') {
    const object = readToldObject(readObject(body, 'detail'), (key) => key);
    return object === undefined ? undefined : [object];
  }
  const records = body['Records'];
  if (!Array.isArray(records) || records.length === 0) return undefined;
  const objects: ToldObject[] = [];
  for (const record of records) {
    const object = isJsonObject(record) ? readNotification(record) : undefined;
    if (object === undefined) return undefined;
    objects.push(object);
  }
  return objects;
}

function readNotification(record: JsonObject): ToldObject | undefined {
  if (readText(record, 'eventSource') !== 'aws:s3') return undefined;
  // `ObjectCreated:Put`, `…:CompleteMultipartUpload`, `…:Copy`, `…:Post`.
  if (readText(record, 'eventName')?.startsWith('ObjectCreated:') !== true) return undefined;
  return readToldObject(readObject(record, 's3'), decodeKey);
}

function readToldObject(
  place: JsonObject | undefined,
  decode: (key: string) => string | undefined,
): ToldObject | undefined {
  const bucket = readText(readObject(place, 'bucket'), 'name');
  const text = readText(readObject(place, 'object'), 'key');
  const key = text === undefined ? undefined : decode(text);
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/** A notification has its key as a form has its fields: percent-encoded, with `+` for a space. EventBridge has it plain. */
function decodeKey(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
