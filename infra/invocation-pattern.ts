import type { EventPattern } from 'aws-cdk-lib/aws-events';

/**
 * Composes the pattern for calls of Lambda functions: every `Invoke…` event of CloudTrail but `InvokeExecution` (Lambda
 * running what it accepted before), and but those of the guard's own functions, by exact ARN.
 *
 * The alternatives of one field are ORed in EventBridge, so that "starts with Invoke and is not InvokeExecution" takes
 * the same field inside and outside of `$or`. An engine that let one of the two win would only match more, which the
 * function skips. `anything-but` never matches a field that is absent; a record without
 * `resources` has a branch of its own, so that it is seen too.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function composeInvocationPattern(ownFunctionArns: readonly string[]): EventPattern {
  const eventName = [{ 'anything-but': { prefix: 'InvokeExecution' } }];
  return {
    source: ['aws.lambda'],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['lambda.amazonaws.com'],
      eventName: [{ prefix: 'Invoke' }],
      $or: [
        { eventName, resources: { ARN: [{ 'anything-but': [...ownFunctionArns] }] } },
        { eventName, resources: { ARN: [{ exists: false }] } },
      ],
    },
  };
}
