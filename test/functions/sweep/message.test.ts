import type { SQSRecord } from 'aws-lambda';
import { readLogMessage } from '../../../functions/sweep/message.ts';

function composeMessage(body: unknown, receiveCount = '1'): SQSRecord {
  return {
    messageId: 'message-1',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: receiveCount },
  } as SQSRecord;
}

const notify = (key: unknown, changes: object = {}): object => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-west-1',
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: 'logs' }, object: { key, size: 7 } },
  ...changes,
});
const emit = (key: unknown, changes: object = {}): object => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'logs' }, object: { key, size: 7 }, reason: 'PutObject' },
  ...changes,
});

describe('a message about log files', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['from S3', { Records: [notify('a/b.json.gz')] }, ['a/b.json.gz']],
    ['from S3, with its key encoded', { Records: [notify('a+b/%C3%A9%2Bc.gz')] }, ['a b/é+c.gz']],
    ['from S3, with several objects', { Records: [notify('a'), notify('b')] }, ['a', 'b']],
    [
      'from S3, about an object in several parts',
      { Records: [notify('a', { eventName: 'ObjectCreated:CompleteMultipartUpload' })] },
      ['a'],
    ],
    ['from EventBridge, with its key as it is', emit('a+b/%41.gz'), ['a+b/%41.gz']],
  ])('%s names them', (_, body, keys) => {
    expect(readLogMessage(composeMessage(body, '3'), 'logs')).toEqual({
      kind: 'objects',
      keys,
      deliveryCount: 3,
    });
  });

  it('counts as delivered once where the queue does not say', () => {
    const message = composeMessage({ Records: [notify('a')] }, '');
    expect(readLogMessage(message, 'logs')).toMatchObject({ deliveryCount: 1 });
  });

  it('may be the one that S3 sends when a bucket begins to notify', () => {
    const body = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs', RequestId: 'x', HostId: 'y' };
    expect(readLogMessage(composeMessage(body), 'logs')).toEqual({ kind: 'test' });
  });

  it.each<[string, unknown, string]>([
    ['is not JSON', 'hello', 'the message body is no JSON object'],
    ['is no object', [], 'the message body is no JSON object'],
    ['has no object', { Records: [] }, 'it tells of no object of S3'],
    [
      'is a CloudTrail record',
      { Records: [{ eventSource: 'lambda.amazonaws.com' }] },
      'it tells of no object of S3',
    ],
    [
      'tells that an object went',
      { Records: [notify('a', { eventName: 'ObjectRemoved:Delete' })] },
      'it tells of no object of S3',
    ],
    ['is another event of S3', emit('a', { 'detail-type': 'Object Deleted' }), 'it tells of no object of S3'],
    ['has a key that is no text', { Records: [notify(7)] }, 'it tells of no object of S3'],
    ['has a key that is not encoded', { Records: [notify('%E9')] }, 'it tells of no object of S3'],
    [
      'tells of another bucket too',
      { Records: [notify('a'), notify('b', { s3: { bucket: { name: 'other' }, object: { key: 'b' } } })] },
      'it tells of the bucket `other`, expected `logs`',
    ],
  ])('that %s is malformed', (_, body, reason) => {
    expect(readLogMessage(composeMessage(body), 'logs')).toEqual({ kind: 'malformed', reason });
  });
});
