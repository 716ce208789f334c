import { asObject, asText, isJsonObject, type JsonObject } from '../json.ts';
import type { GuardAction } from './change.ts';
import { namesOwnPart } from './guard-part.ts';
import { PART_CALLS } from './part-calls.ts';
import { readRefusedResource } from './refused-resource.ts';

/** Reads what a call does to a part of the guard; `undefined` where it is about none. */
export function readPartAction(
  eventSource: string,
  eventName: string,
  record: JsonObject,
): GuardAction | undefined {
  const call = eventName.replace(VERSION_SUFFIX, '');
  for (const { part, eventSource: source, calls, namedBy } of PART_CALLS) {
    const step = source === eventSource && Object.hasOwn(calls, call) ? calls[call] : undefined;
    if (step === undefined) continue;
    if (listNames(record, namedBy).some((name) => namesOwnPart(part, name)))
      return { kind: 'part', part, step };
  }
  return undefined;
}

/** As Lambda's API has it: `PutFunctionConcurrency20171031`. */
const VERSION_SUFFIX = /\d{8}(v\d+)?$/;

/** What the request names, what CloudTrail itself names, and what a refusal says that it was about. */
function listNames(record: JsonObject, namedBy: readonly string[]): readonly string[] {
  const parameters = asObject(record['requestParameters']);
  const resources = Array.isArray(record['resources']) ? record['resources'].filter(isJsonObject) : [];
  const given = [
    ...namedBy.flatMap((key) => listTexts(parameters?.[key])),
    ...resources.flatMap((resource) => listTexts(resource['ARN'])),
  ];
  const refused = readRefusedResource(record);
  return refused === null ? given : [...given, refused];
}

function listTexts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((item) => asText(item) ?? []);
}
