import type { S3LogObjects } from '../../aws/s3-log-objects.ts';
import { PermanentError } from '../../containment/errors.ts';
import type { LogObjects, LogPiece } from '../../containment/sweep.ts';
import { readErrorCode } from '../../logs/log-files.ts';
import { cutRecords } from '../../logs/record-cutter.ts';
import { decompressBytes } from '../../logs/text-lines.ts';

/**
 * The log files of one bucket, read as a stream: fetched, inflated and cut a piece at a time. Who stops reading ends the
 * request.
 */
export class BucketLogObjects implements LogObjects {
  readonly #objects: Pick<S3LogObjects, 'openObject'>;
  readonly #bucket: string;

  constructor(objects: Pick<S3LogObjects, 'openObject'>, bucket: string) {
    this.#objects = objects;
    this.#bucket = bucket;
  }

  async *readLog(key: string): AsyncGenerator<LogPiece> {
    const request = new AbortController();
    try {
      yield* cutRecords(decompressBytes(this.#objects.openObject(this.#bucket, key, request.signal)));
    } catch (error) {
      yield describeEnd(error);
    } finally {
      request.abort();
    }
  }
}

/** What the end of a stream says of the object itself; every other fault is thrown on, to be tried again. */
function describeEnd(error: unknown): LogPiece {
  if (error instanceof PermanentError && error.code === 'ObjectGone') return { kind: 'gone' };
  if (readErrorCode(error).startsWith('Z_')) {
    return { kind: 'rejected', position: null, reason: 'the gzip data is damaged or cut off' };
  }
  throw error;
}
