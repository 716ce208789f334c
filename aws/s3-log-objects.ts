import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PermanentError } from '../containment/errors.ts';
import { type ClientSettings, composeClientConfig, PATIENT_LIMITS } from './clients.ts';
import { describeS3Fault, type S3Right } from './s3-fault.ts';
import { describeFault } from './sdk-fault.ts';

/** How often the rest of an object is asked for where the connection broke in the middle. */
const MAX_RESUMPTIONS = 3;

/** One object of a bucket. */
export interface S3Object {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Builds the client that reads logs: apart from those of `clients.ts`, because of our functions only the sweeping one
 * reads S3. A bucket in another Region than the client's is followed there. Retries are adaptive: a client that is
 * throttled slows itself down.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function buildS3Client(settings: ClientSettings): S3Client {
  const config = composeClientConfig(settings, PATIENT_LIMITS);
  return new S3Client({
    ...config,
    // A local AWS has no names for its buckets.
    ...(config.endpoint === undefined ? {} : { forcePathStyle: true }),
    followRegionRedirects: true,
    // gzip brings a checksum of its own, TLS guards the way, and what is resumed cannot be checked anyway.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/**
 * Lists and reads log objects in S3. What fails is thrown as a `PermanentError` whose message is the reason, to be shown
 * behind the name of the object: the SDK's own retries are over by then. Its code is `ObjectGone` where there is no such
 * object, else `ObjectUnreadable`.
 */
export class S3LogObjects {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /**
   * Finds the object of exactly that key. Listing asks for no other right than reading the folder does.
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
   */
  async findObject(bucket: string, key: string): Promise<S3Object | undefined> {
    const page = await this.#list({ Bucket: bucket, Prefix: key, MaxKeys: 1 });
    return page.objects.find((object) => object.key === key);
  }

  /** Lists what lies directly in a folder: its objects, and the folders in it. `folder` ends in `/`, or is empty. */
  async listFolder(
    bucket: string,
    folder: string,
  ): Promise<{ readonly folders: readonly string[]; readonly objects: readonly S3Object[] }> {
    const folders: string[] = [];
    const objects: S3Object[] = [];
    let token: string | undefined;
    do {
      const page = await this.#list({
        Bucket: bucket,
        Prefix: folder,
        Delimiter: '/',
        ContinuationToken: token,
      });
      folders.push(...page.folders);
      objects.push(...page.objects);
      token = page.nextToken;
    } while (token !== undefined);
    return { folders, objects };
  }

  async #list(input: ListObjectsV2Command['input']): Promise<{
    readonly folders: readonly string[];
    readonly objects: readonly S3Object[];
    readonly nextToken: string | undefined;
  }> {
    try {
      const page = await this.#client.send(new ListObjectsV2Command(input));
      return {
        folders: (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix])),
        objects: (page.Contents ?? []).flatMap(({ Key, Size }) =>
          Key === undefined ? [] : [{ key: Key, bytes: Size ?? 0 }],
        ),
        nextToken: page.IsTruncated === true ? page.NextContinuationToken : undefined,
      };
    } catch (error) {
      throw raise(error, 's3:ListBucket');
    }
  }

  /**
   * Reads an object from its beginning. Where the connection breaks in the middle, the rest is asked for, as long as
   * the object is still the same.
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
   */
  async *openObject(bucket: string, key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let read = 0;
    let eTag: string | undefined;
    for (let resumptions = 0; ; resumptions += 1) {
      const rest = read === 0 ? {} : { Range: `bytes=${read}-`, IfMatch: eTag };
      const answer = await this.#get({ Bucket: bucket, Key: key, ...rest }, signal);
      eTag = answer.eTag;
      try {
        for await (const chunk of answer.body) {
          read += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        // The SDK tries again for an answer, but not for the rest of a body.
        if (!signal.aborted && resumptions < MAX_RESUMPTIONS) continue;
        const reason = `the connection broke after ${read} bytes (${describeFault(error)})`;
        throw new PermanentError('ObjectUnreadable', reason, { cause: error });
      }
    }
  }

  async #get(
    input: GetObjectCommand['input'],
    signal: AbortSignal,
  ): Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly eTag: string | undefined }> {
    try {
      const { Body, ETag } = await this.#client.send(new GetObjectCommand(input), { abortSignal: signal });
      // In Node the body is a Readable, which the SDK's type for all platforms does not say.
      return { body: (Body ?? []) as AsyncIterable<Uint8Array>, eTag: ETag };
    } catch (error) {
      throw raise(error, 's3:GetObject');
    }
  }
}

function raise(error: unknown, right: S3Right): PermanentError {
  const code = error instanceof Error && error.name === 'NoSuchKey' ? 'ObjectGone' : 'ObjectUnreadable';
  return new PermanentError(code, describeS3Fault(error, right), { cause: error });
}
