import { parseInvocation } from '../../../core/record/invocation.ts';

const CALL = { eventSource: 'lambda.amazonaws.com', eventName: 'Invoke', eventID: 'e1' };

describe('parseInvocation', () => {
  it.each<[string, unknown]>([
    ['a bare record', CALL],
    ['an EventBridge event', { 'detail-type': 'AWS API Call via CloudTrail', detail: CALL }],
    ['an item of LookupEvents', { CloudTrailEvent: JSON.stringify(CALL) }],
  ])('reads %s', (_what, input) => {
    expect(parseInvocation(input)).toMatchObject({ kind: 'invocation', eventID: 'e1', functionArn: null });
  });

  it.each([
    ['Invoke20150331'],
    ['InvokeAsync'],
    ['InvokeFunctionUrl'],
    ['InvokeWithResponseStream'],
    ['InvokeSomethingNew'],
  ])('takes %s for a call', (eventName) => {
    expect(parseInvocation({ ...CALL, eventName })).toMatchObject({ kind: 'invocation', eventName });
  });

  it.each<[string, unknown, string]>([
    ['a record of another service', { ...CALL, eventSource: 's3.amazonaws.com' }, 'notLambda'],
    ['a configuration call', { ...CALL, eventName: 'GetFunction20150331v2' }, 'notInvocation'],
    ["Lambda's own execution of accepted work", { ...CALL, eventName: 'InvokeExecution' }, 'invokeExecution'],
    ['an Insights record', { eventCategory: 'Insight', eventSource: 'x' }, 'insight'],
  ])('skips %s', (_what, input, reason) => {
    expect(parseInvocation(input)).toMatchObject({ kind: 'skipped', reason });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an array', [CALL]],
    ['text', 'Invoke'],
    ['an object without eventName', { eventSource: 'lambda.amazonaws.com' }],
    ['an object without eventSource', { eventName: 'Invoke' }],
    ['an envelope without a detail', { 'detail-type': 'x' }],
    ['a lookup item that is not JSON', { CloudTrailEvent: '{' }],
  ])('rejects %s', (_what, input) => {
    expect(parseInvocation(input).kind).toBe('rejected');
  });
});
