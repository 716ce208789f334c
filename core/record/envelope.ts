import { asText, isJsonObject, type JsonObject, readObject, readText } from '../json.ts';
import type { RejectedRecord } from './invocation.ts';

/** A CloudTrail record without whatever it was delivered in. */
export interface OpenedRecord {
  readonly kind: 'record';
  readonly record: JsonObject;
}

/**
 * Takes one CloudTrail record out of what delivers it: nothing (a log file), EventBridge (`detail`), or
 * `LookupEvents` (`CloudTrailEvent`, a string of JSON).
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function openEnvelope(input: unknown): OpenedRecord | RejectedRecord {
  if (!isJsonObject(input)) return { kind: 'rejected', reason: 'no CloudTrail record: not a JSON object' };
  if (asText(input['eventName']) !== null) return { kind: 'record', record: input };
  if (readText(input, 'detail-type') !== undefined) {
    const detail = readObject(input, 'detail');
    if (detail === undefined)
      return { kind: 'rejected', reason: 'an EventBridge event whose `detail` is no object' };
    return { kind: 'record', record: detail };
  }
  const lookedUp = readText(input, 'CloudTrailEvent');
  if (lookedUp !== undefined) return openLookedUpEvent(lookedUp);
  return { kind: 'record', record: input };
}

function openLookedUpEvent(text: string): OpenedRecord | RejectedRecord {
  try {
    const record: unknown = JSON.parse(text);
    if (isJsonObject(record)) return { kind: 'record', record };
  } catch {
    // Falls through: the same answer as for JSON that is no object.
  }
  return { kind: 'rejected', reason: 'a LookupEvents item whose `CloudTrailEvent` is not a JSON object' };
}
