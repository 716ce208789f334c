import { isJsonObject, type JsonObject, readText } from '../core/json.ts';

/** One thing found in a container; `record` counts from 1, null where the document itself is the record. */
export type ContainedItem =
  | { readonly kind: 'record'; readonly input: unknown; readonly record: number | null }
  | { readonly kind: 'rejected'; readonly reason: string; readonly record: number | null }
  | { readonly kind: 'skipped'; readonly reason: 'digest'; readonly record: number | null };

/**
 * Takes the records out of one JSON document: a log file (`Records`), the output of `LookupEvents` (`Events`), an array
 * of records or of such documents, or one record. Records and envelopes are handed on unopened: the core judges them.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export function* openContainer(document: unknown): Generator<ContainedItem> {
  if (!Array.isArray(document)) {
    yield* openDocument(document, null);
    return;
  }
  let record = 0;
  for (const element of document) {
    record += 1;
    yield* openDocument(element, record);
  }
}

function* openDocument(document: unknown, record: number | null): Generator<ContainedItem> {
  if (!isJsonObject(document) || readText(document, 'eventName') !== undefined) {
    yield { kind: 'record', input: document, record };
  } else if (isDigest(document)) {
    yield { kind: 'skipped', reason: 'digest', record };
  } else if (Object.hasOwn(document, 'Records')) {
    yield* listItems(document['Records'], 'Records');
  } else if (Object.hasOwn(document, 'Events')) {
    yield* listItems(document['Events'], 'Events');
  } else {
    yield { kind: 'record', input: document, record };
  }
}

function* listItems(items: unknown, key: string): Generator<ContainedItem> {
  if (!Array.isArray(items)) {
    yield { kind: 'rejected', reason: `\`${key}\` is not an array`, record: null };
    return;
  }
  let record = 0;
  for (const input of items) {
    record += 1;
    yield { kind: 'record', input, record };
  }
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
function isDigest(document: JsonObject): boolean {
  return Object.hasOwn(document, 'digestStartTime') && Array.isArray(document['logFiles']);
}
