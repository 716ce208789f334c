import type { JsonObject } from '../json.ts';
import { composeEventPattern, NOT_EXECUTION } from './event-pattern.ts';

const EVERY_CALL: readonly JsonObject[] = [{ prefix: 'Invoke' }];
const ABSENT: readonly JsonObject[] = [{ exists: false }];

/**
 * The patterns for records of which EventBridge cannot tell the function or the caller: they are undetermined, and
 * reach the Lambda whatever the allowlist says. CloudTrail's usual records fit none of them.
 *
 * `resources.ARN` counts as readable where it has exactly the seven parts of an unqualified function ARN. Records of
 * `InvokeExecution` are not left out of the first two: theirs do name a function.
 */
export function composeStandingPatterns(exclude: readonly string[]): readonly JsonObject[] {
  const noFunction = { eventName: EVERY_CALL, $or: composeNoFunction(exclude) };
  const oddFunction = {
    eventName: EVERY_CALL,
    resources: {
      ARN: [{ 'anything-but': { wildcard: 'arn:*:lambda:*:*:function:*' } }, { wildcard: '*:*:*:*:*:*:*:*' }],
    },
  };
  const malformedCaller = {
    eventName: NOT_EXECUTION,
    resources: { ARN: anyText(exclude) },
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

/** Callers of every type but the given ones, on any function: for groups that do not say so for themselves. */
export function composeRareTypesPattern(
  toldTypes: readonly string[],
  exclude: readonly string[],
): JsonObject {
  return composeEventPattern({
    eventName: NOT_EXECUTION,
    resources: { ARN: anyText(exclude) },
    userIdentity: { type: [{ 'anything-but': toldTypes }] },
  });
}

/** One pattern for every call but those of the given functions: where nothing else fits. */
export function composeEveryCallPattern(exclude: readonly string[]): JsonObject {
  return composeEventPattern({
    $or: [
      { eventName: NOT_EXECUTION, resources: { ARN: anyText(exclude) } },
      ...composeNoFunction(exclude).map((alternative) => ({ eventName: EVERY_CALL, ...alternative })),
    ],
  });
}

/** Records without `resources.ARN`, or with the spelling that the core accepts beside CloudTrail's own. */
function composeNoFunction(exclude: readonly string[]): readonly JsonObject[] {
  const functionName = [{ 'anything-but': exclude }, { exists: false }];
  const own = exclude.length === 0 ? {} : { requestParameters: { functionName } };
  return [{ resources: { ARN: ABSENT }, ...own }, { resources: { arn: anyText(exclude) } }];
}

/** Any value but those given; a field that is absent never fits. */
function anyText(exclude: readonly string[]): readonly JsonObject[] {
  return exclude.length === 0 ? [{ exists: true }] : [{ 'anything-but': exclude }];
}
