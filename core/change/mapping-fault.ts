import { isJsonObject } from '../json.ts';

/** The five causes for which Lambda disables an event source mapping by itself. */
export type MappingFault =
  | 'RESOURCE_NOT_FOUND'
  | 'FUNCTION_NOT_FOUND'
  | 'REGION_NAME_NOT_VALID'
  | 'AUTHORIZATION_ERROR'
  | 'FUNCTION_IN_FAILED_STATE';

const FAULT_WORDS: Readonly<Record<MappingFault, string>> = {
  RESOURCE_NOT_FOUND: 'its source does not exist any more',
  FUNCTION_NOT_FOUND: 'its function does not exist any more',
  REGION_NAME_NOT_VALID: 'the name of a Region in its source or function is not valid',
  AUTHORIZATION_ERROR:
    "the permissions that it needs are missing or wrong; where the guard contained the function shortly before, that may be the reason, though its Deny leaves Lambda's own calls alone",
  FUNCTION_IN_FAILED_STATE:
    'its function is in a failed state: code that does not load, or a deployment that went wrong',
};

/** What AWS's example of the event says in words instead of a code. */
const TOLD_IN_WORDS: readonly (readonly [RegExp, MappingFault])[] = [
  [/function not found/i, 'FUNCTION_NOT_FOUND'],
  [/required permissions|not authorized|access ?denied/i, 'AUTHORIZATION_ERROR'],
];

/**
 * Finds the cause in the `serviceEventDetails` of a `LambdaESMDisabled` record. AWS documents five codes without the
 * field that holds them, and shows one example (`ESMDisableReason`) in words, so every text is looked at.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export function readMappingFault(details: unknown): MappingFault | null {
  const texts = isJsonObject(details)
    ? Object.values(details).filter((value) => typeof value === 'string')
    : [];
  for (const text of texts) {
    const coded = FAULTS.find((fault) => text.includes(fault));
    const told = coded ?? TOLD_IN_WORDS.find(([words]) => words.test(text))?.[1];
    if (told !== undefined) return told;
  }
  return null;
}

const FAULTS = Object.keys(FAULT_WORDS) as readonly MappingFault[];

/** Says why Lambda disabled a mapping. */
export function describeMappingFault(fault: MappingFault | null): string {
  return fault === null ? 'for a cause that the record does not tell' : `${fault}: ${FAULT_WORDS[fault]}`;
}
