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

  it.each([
    '1.0',
    '1.01',
    '1.02',
    '1.03',
    '1.04',
    '1.05',
    '1.06',
    '1.07',
    '1.08',
    '1.09',
    '1.10',
    '1.11',
    '2.0',
    1.11,
  ])('reads version %p: a version that nobody knows yet hides no call', (eventVersion) => {
    const future = { somethingNew: { deep: [1] }, additionalEventData: { more: true } };
    expect(parseInvocation({ ...CALL, eventVersion, ...future })).toEqual(parseInvocation(CALL));
  });

  it('takes fields of a wrong type for absent', () => {
    const wrong = {
      eventID: 1,
      eventTime: {},
      awsRegion: [],
      recipientAccountId: 111122223333,
      userIdentity: 'arn:aws:iam::111122223333:user/ops',
      requestParameters: '{"functionName":"thumbnailer"}',
      additionalEventData: [{ functionVersion: 'x' }],
      resources: 'thumbnailer',
      sourceIPAddress: null,
      userAgent: false,
      vpcEndpointId: '',
      tlsDetails: 'lambda.eu-west-1.amazonaws.com',
      errorCode: 0,
    };
    const { eventSource, eventName } = CALL;
    expect(parseInvocation({ eventSource, eventName, ...wrong })).toEqual(
      parseInvocation({ eventSource, eventName }),
    );
  });

  it.each<[string, string, boolean]>([
    ['six colons', 'arn:aws:lambda:eu-west-1:111122223333:function:a', true],
    ['empty parts', 'arn::lambda:::function:', true],
    ['a line break in the name', 'arn:aws:lambda:eu-west-1:111122223333:function:a\nb', true],
    ['another service', 'arn:aws:s3:eu-west-1:111122223333:function:a', false],
    ['another kind of resource', 'arn:aws:lambda:eu-west-1:111122223333:layer:a', false],
    ['five colons', 'arn:aws:lambda:eu-west-1:111122223333:function', false],
    ['eight colons', 'arn:aws:lambda:eu-west-1:111122223333:function:a:b:c', false],
    ['something before it', ' arn:aws:lambda:eu-west-1:111122223333:function:a', false],
  ])('takes a resource with %s at its word, or leaves it', (_what, ARN, taken) => {
    const requestParameters = { functionName: 'arn:aws:lambda:eu-west-1:111122223333:function:asked' };
    expect(parseInvocation({ ...CALL, resources: [{ ARN }], requestParameters })).toMatchObject({
      functionArn: taken ? ARN : requestParameters.functionName,
    });
  });
});
