import { placeChange } from '../../../core/change/change-placement.ts';
import { parseChange } from '../../../core/change/change-record.ts';
import { nameGuard } from '../../../core/guard.ts';

const GUARD = nameGuard('111122223333', 'eu-west-1');

function place(bucketName: string, functionAccounts: readonly string[]): unknown {
  const record = {
    eventSource: 's3.amazonaws.com',
    eventName: 'PutBucketNotification',
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    requestParameters: {
      bucketName,
      NotificationConfiguration: {
        CloudFunctionConfiguration: functionAccounts.map((account) => ({
          CloudFunction: `arn:aws:lambda:eu-west-1:${account}:function:x`,
        })),
      },
    },
  };
  const change = parseChange(record);
  return change.kind === 'change' ? placeChange(change, record, GUARD) : change;
}

describe('a bucket that notifies functions', () => {
  it.each([
    ['is ours where one of the functions is', 'uploads', ['999900001111', '111122223333'], 'ours'],
    ['is not ours where none is', 'uploads', ['999900001111'], 'foreign'],
    ['is ours where it has the name of the log bucket', 'invokeguardtrail-logs', ['999900001111'], 'ours'],
  ])('%s', (_what, bucket, accounts, kind) => {
    expect(place(bucket, accounts)).toMatchObject({ kind });
  });
});
