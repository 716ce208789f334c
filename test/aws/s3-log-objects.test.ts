import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { buildS3Client, S3LogObjects } from '../../aws/s3-log-objects.ts';
import { PermanentError } from '../../containment/errors.ts';
import { composeSdkError } from './sdk-errors.ts';

const s3 = mockClient(S3Client);
const objects = new S3LogObjects(new S3Client({ region: 'eu-west-1' }));

beforeEach(() => s3.reset());

/** A body as the SDK gives it in Node; `fault` breaks it after the text. */
function composeBody(text: string, fault?: Error) {
  return Readable.from(
    (async function* () {
      yield Buffer.from(text);
      if (fault !== undefined) throw fault;
    })(),
  ) as never;
}

async function read(key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of objects.openObject('logs', key, new AbortController().signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const BROKEN = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });

describe('listing a folder', () => {
  it('goes on until the last page', async () => {
    s3.on(ListObjectsV2Command, { Bucket: 'logs', Prefix: 'a/', Delimiter: '/' })
      .resolves({
        IsTruncated: true,
        NextContinuationToken: 'more',
        CommonPrefixes: [{ Prefix: 'a/b/' }],
        Contents: [{ Key: 'a/1.json', Size: 11 }],
      })
      .on(ListObjectsV2Command, {
        Bucket: 'logs',
        Prefix: 'a/',
        Delimiter: '/',
        ContinuationToken: 'more',
      })
      .resolves({
        IsTruncated: false,
        CommonPrefixes: [{ Prefix: 'a/c/' }],
        Contents: [{ Key: 'a/2.json' }],
      });
    expect(await objects.listFolder('logs', 'a/')).toEqual({
      folders: ['a/b/', 'a/c/'],
      objects: [
        { key: 'a/1.json', bytes: 11 },
        { key: 'a/2.json', bytes: 0 },
      ],
    });
  });

  it('finds nothing where there is nothing', async () => {
    s3.on(ListObjectsV2Command).resolves({});
    expect(await objects.listFolder('logs', '')).toEqual({ folders: [], objects: [] });
  });

  it.each([
    [composeSdkError('NoSuchBucket', 404), 'there is no such bucket'],
    [composeSdkError('AccessDenied', 403), 'access denied: allow `s3:ListBucket` (AccessDenied: what AWS'],
    [composeSdkError('PermanentRedirect', 301), 'the bucket lies in another Region: set `AWS_REGION`'],
    [composeSdkError('CredentialsProviderError'), 'no credentials that AWS accepts: check `AWS_PROFILE`'],
    [composeSdkError('InvalidAccessKeyId', 403), 'no credentials that AWS accepts'],
    [composeSdkError('ExpiredToken', 400), 'no credentials that AWS accepts'],
    [composeSdkError('SlowDown', 503), 'S3 did not answer, or asks for fewer requests, after several tries'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'S3 did not answer'],
    [composeSdkError('InvalidBucketName', 400), 'InvalidBucketName: what AWS said about InvalidBucketName'],
  ])('says of %s why it failed', async (error, reason) => {
    s3.on(ListObjectsV2Command).rejects(error);
    const listing = objects.listFolder('logs', 'a/');
    await expect(listing).rejects.toThrow(PermanentError);
    await expect(listing).rejects.toThrow(reason);
  });
});

describe('finding one object', () => {
  it('takes the object of exactly that key', async () => {
    s3.on(ListObjectsV2Command, { Bucket: 'logs', Prefix: 'a', MaxKeys: 1 }).resolves({
      Contents: [{ Key: 'a', Size: 3 }],
    });
    expect(await objects.findObject('logs', 'a')).toEqual({ key: 'a', bytes: 3 });
  });

  it('takes none that only begins so', async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'a/1.json', Size: 3 }] });
    expect(await objects.findObject('logs', 'a')).toBeUndefined();
  });
});

describe('reading an object', () => {
  it('hands its bytes on', async () => {
    s3.on(GetObjectCommand, { Bucket: 'logs', Key: 'a.json' }).resolves({
      Body: composeBody('{"Records":[]}'),
    });
    expect(await read('a.json')).toBe('{"Records":[]}');
  });

  it('asks for the rest of the same object where the connection breaks', async () => {
    s3.on(GetObjectCommand)
      .resolvesOnce({ ETag: '"one"', Body: composeBody('{"Rec', BROKEN) })
      .resolvesOnce({ ETag: '"one"', Body: composeBody('ords', BROKEN) })
      .resolvesOnce({ ETag: '"one"', Body: composeBody('":[]}') });
    expect(await read('a.json')).toBe('{"Records":[]}');
    expect(s3.commandCalls(GetObjectCommand).map(({ args }) => args[0].input)).toEqual([
      { Bucket: 'logs', Key: 'a.json' },
      { Bucket: 'logs', Key: 'a.json', Range: 'bytes=5-', IfMatch: '"one"' },
      { Bucket: 'logs', Key: 'a.json', Range: 'bytes=9-', IfMatch: '"one"' },
    ]);
  });

  it('gives up where the connection breaks again and again', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({ ETag: '"one"', Body: composeBody('x', BROKEN) }));
    await expect(read('a.json')).rejects.toThrow('the connection broke after 4 bytes (Error: aborted)');
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(4);
  });

  it('does not ask again for what S3 refuses', async () => {
    s3.on(GetObjectCommand).rejects(composeSdkError('NoSuchKey', 404));
    await expect(read('a.json')).rejects.toMatchObject({
      code: 'ObjectGone',
      message: 'it is gone, deleted since it was listed',
    });
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
  });

  it.each([
    ['AccessDenied', 403, 'allow `s3:GetObject`, and `kms:Decrypt` where a KMS key encrypts the logs'],
    ['InvalidObjectState', 403, 'it is archived in another storage class: restore it first'],
    ['PreconditionFailed', 412, 'it was replaced while it was read'],
    ['SlowDown', 503, 'asks for fewer requests'],
  ])('says of %s why it failed', async (name, status, reason) => {
    s3.on(GetObjectCommand).rejects(composeSdkError(name, status));
    await expect(read('a.json')).rejects.toMatchObject({
      code: 'ObjectUnreadable',
      message: expect.stringContaining(reason),
    });
  });
});

describe('the client', () => {
  it('retries throttled requests at its own, slower pace, and follows a bucket to its Region', async () => {
    const { config } = buildS3Client({ region: 'eu-west-1' });
    expect(await config.maxAttempts()).toBe(8);
    expect(config.followRegionRedirects).toBe(true);
    expect(config.forcePathStyle).toBeFalsy();
  });

  it('puts the bucket into the path of another endpoint, which has no names for buckets', () => {
    const { config } = buildS3Client({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:4566' });
    expect(config.forcePathStyle).toBe(true);
  });
});
