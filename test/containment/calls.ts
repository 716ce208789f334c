import type { Allowlist, InvokerEntry, Mode } from '../../core/allowlist/allowlist.ts';
import { nameGuard } from '../../core/guard.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';

/** Sample values that the containment tests share: one function, one allowlist (S3 with one bucket), two callers. */
export const GUARD = nameGuard('111122223333', 'eu-west-1');
export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
export const TARGET = { functionArn: FUNCTION_ARN, qualifier: null };

export const S3_ENTRY: InvokerEntry = {
  kind: 'service',
  pointer: '/functions/0/invokers/0',
  service: 's3.amazonaws.com',
  sourceArn: 'arn:aws:s3:::uploads',
  sourceAccount: '111122223333',
};

export function composeAllowlist(
  mode: Mode = 'enforce',
  invokers: readonly InvokerEntry[] = [S3_ENTRY],
): Allowlist {
  return {
    version: 1,
    trail: { functions: 'guarded' },
    alerts: { emails: [] },
    functions: [{ pointer: '/functions/0', selector: { kind: 'name', name: 'thumbnailer' }, mode, invokers }],
    breakGlass: [],
  };
}

/** The grant of the listed trigger. */
export const S3_GRANT = {
  Sid: 'uploads',
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
  Condition: {
    ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::uploads' },
    StringEquals: { 'AWS:SourceAccount': '111122223333' },
  },
};

/** The grant that somebody planted. */
export const PLANTED_GRANT = {
  Sid: 'planted',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:user/mallory' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};

export const POLICY: PolicyDocument = {
  Version: '2012-10-17',
  Id: 'default',
  Statement: [S3_GRANT, PLANTED_GRANT],
};

/** A call by the unlisted user, as EventBridge delivers it. */
export function composeMalloryCall(changes: Record<string, unknown> = {}): unknown {
  return composeCall(
    {
      type: 'IAMUser',
      arn: 'arn:aws:iam::111122223333:user/mallory',
      accountId: '111122223333',
      userName: 'mallory',
    },
    { functionName: FUNCTION_ARN, invocationType: 'RequestResponse' },
    changes,
  );
}

/** A call by the listed bucket. */
export function composeS3Call(changes: Record<string, unknown> = {}): unknown {
  return composeCall(
    { type: 'AWSService', invokedBy: 's3.amazonaws.com' },
    {
      functionName: FUNCTION_ARN,
      invocationType: 'Event',
      sourceArn: 'arn:aws:s3:::uploads',
      sourceAccount: '111122223333',
    },
    changes,
  );
}

function composeCall(
  userIdentity: unknown,
  requestParameters: unknown,
  changes: Record<string, unknown>,
): unknown {
  return {
    version: '0',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.lambda',
    account: '111122223333',
    region: 'eu-west-1',
    detail: {
      eventVersion: '1.11',
      userIdentity,
      eventTime: '2026-11-21T09:59:30Z',
      eventSource: 'lambda.amazonaws.com',
      eventName: 'Invoke',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '192.0.2.7',
      userAgent: 'aws-cli/2',
      requestParameters,
      responseElements: null,
      eventID: '0b1f6f0e-0000-4000-8000-000000000001',
      readOnly: false,
      resources: [{ accountId: '111122223333', type: 'AWS::Lambda::Function', ARN: FUNCTION_ARN }],
      eventType: 'AwsApiCall',
      managementEvent: false,
      recipientAccountId: '111122223333',
      eventCategory: 'Data',
      ...changes,
    },
  };
}
