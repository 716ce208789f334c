/** An allowlist with one function that one bucket may call. */
export const ALLOWLIST = `version: 1
functions:
  - name: thumbnailer
    mode: enforce
    invokers:
      - service: s3.amazonaws.com
        sourceArn: arn:aws:s3:::uploads
        sourceAccount: "111122223333"
`;

/** The call that it lists. */
export const CALL = {
  eventID: 'e1',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'Invoke',
  awsRegion: 'eu-west-1',
  userIdentity: { type: 'AWSService', invokedBy: 's3.amazonaws.com' },
  requestParameters: { sourceArn: 'arn:aws:s3:::uploads', sourceAccount: '111122223333' },
  resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer' }],
};
