import type { JsonObject } from '../json.ts';
import { composeEventPattern, NOT_EXECUTION } from './event-pattern.ts';

const EVERY_CALL: readonly JsonObject[] = [{ prefix: 'Invoke' }];
const ABSENT = [{ exists: false }];

/** Any plain ARN of a function but those given; a field that is absent never fits. */
function anyFunctionBut(exclude: readonly string[]): JsonObject {
  return { ARN: exclude.length === 0 ? [{ exists: true }] : [{ 'anything-but': exclude }] };
}

/**
 * The patterns for records of which EventBridge cannot tell the function or the caller: they are undetermined, and
 * reach the Lambda whatever the allowlist says. CloudTrail's usual records fit none of them.
 *
 * `resources.ARN` counts as readable where it has exactly the seven parts of an unqualified function ARN.
 */
export function composeStandingPatterns(exclude: readonly string[]): readonly JsonObject[] {
  const own = exclude.length === 0 ? {} : { requestParameters: { functionName: butTexts(exclude) } };
  const noFunction = {
    eventName: EVERY_CALL,
    // The same field inside and outside of `$or` has to fit both.
    $or: [
      { eventName: NOT_EXECUTION, resources: { ARN: ABSENT }, ...own },
      { eventName: NOT_EXECUTION, resources: { arn: readLowerCase(exclude) } },
    ],
  };
  const oddFunction = {
    eventName: EVERY_CALL,
    $or: [
      {
        eventName: NOT_EXECUTION,
        resources: { ARN: [{ 'anything-but': { wildcard: 'arn:*:lambda:*:*:function:*' } }] },
      },
      { eventName: NOT_EXECUTION, resources: { ARN: [{ wildcard: '*:*:*:*:*:*:*:*' }] } },
    ],
  };
  const malformedCaller = {
    eventName: NOT_EXECUTION,
    resources: anyFunctionBut(exclude),
    $or: [
      { userIdentity: { type: ABSENT } },
      { userIdentity: { type: ['AWSService'], invokedBy: ABSENT } },
      { userIdentity: { type: ['AssumedRole'], sessionContext: { sessionIssuer: { arn: ABSENT } } } },
      { userIdentity: { type: ['IAMUser'], arn: ABSENT } },
      { userIdentity: { type: ['AWSAccount', 'Root'], accountId: ABSENT } },
    ],
  };
  return [noFunction, oddFunction, malformedCaller].map(composeEventPattern);
}

/** The spelling that the core accepts beside CloudTrail's own. */
function readLowerCase(exclude: readonly string[]): readonly JsonObject[] {
  return exclude.length === 0 ? [{ exists: true }] : [{ 'anything-but': exclude }];
}

function butTexts(texts: readonly string[]): readonly JsonObject[] {
  return [{ 'anything-but': texts }, { exists: false }];
}

/** Callers of every type but the given ones, on any function: for groups that do not say so for themselves. */
export function composeRareTypesPattern(
  toldTypes: readonly string[],
  exclude: readonly string[],
): JsonObject {
  return composeEventPattern({
    eventName: NOT_EXECUTION,
    resources: anyFunctionBut(exclude),
    userIdentity: { type: [{ 'anything-but': toldTypes }] },
  });
}

/** One pattern for every call but those of the given functions: where nothing else fits. */
export function composeEveryCallPattern(exclude: readonly string[]): JsonObject {
  const own = exclude.length === 0 ? {} : { requestParameters: { functionName: butTexts(exclude) } };
  return composeEventPattern({
    eventName: EVERY_CALL,
    $or: [
      { eventName: NOT_EXECUTION, resources: anyFunctionBut(exclude) },
      { eventName: NOT_EXECUTION, resources: { ARN: ABSENT }, ...own },
      { eventName: NOT_EXECUTION, resources: { arn: readLowerCase(exclude) } },
    ],
  });
}
