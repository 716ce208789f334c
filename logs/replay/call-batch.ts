import type { ConfigurationChange } from '../../core/change/change.ts';
import type { SkipReason } from '../../core/record/invocation.ts';
import type { LearntMapping } from '../../core/record/learnt-mapping.ts';
import type { LogPosition } from '../log-entry.ts';
import type { CallGroup } from './call-group.ts';

/**
 * Calls on their way from the thread that reads to the one that judges: numbers, so that they are moved and not copied.
 * Everything is in the order of the logs.
 */
export interface CallBatch {
  /** `BATCH_WORDS` words for each call, see `BATCH_…`. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Texts that rows point to: as bytes where they were read as such (UTF-8), and as they are where they were parsed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly strings: readonly string[];
  /** Groups that the reader met for the first time; the number of the first of them is `firstGroup`. */
  readonly groups: readonly CallGroup[];
  /** 0 also where the reader starts to number anew. */
  readonly firstGroup: number;
  readonly notes: readonly BatchNote[];
  readonly skipped: readonly SkippedCount[];
  /** Files that were begun. */
  readonly files: number;
  /** Bytes that were read, as they lie on the disk. */
  readonly fileBytes: number;
  readonly records: number;
}

/** What is no call and has to be told, before the row `beforeRow`. */
export type BatchNote =
  | {
      readonly kind: 'rejected';
      readonly beforeRow: number;
      readonly file: string;
      readonly position: LogPosition;
      readonly reason: string;
    }
  | {
      readonly kind: 'unreadable';
      readonly beforeRow: number;
      readonly file: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'mapping';
      readonly beforeRow: number;
      readonly learnt: LearntMapping;
    }
  | {
      readonly kind: 'change';
      readonly beforeRow: number;
      readonly change: ConfigurationChange;
      /** What the record is to those who ask for calls only. */
      readonly otherwise: SkipReason;
    };

/** So many records that are not ours to judge; with the function for `invokeExecution`. */
export interface SkippedCount {
  readonly reason: SkipReason | 'digest';
  readonly functionArn: string | null;
  readonly count: number;
}

/**
 * Words of one call. A text is three words: how it is given (`TEXT_…`) and where: the four words of a UUID (eventID
 * only, in the words that follow), seconds since 1970 (eventTime only), start and length in `bytes`, or an index of
 * `strings`.
 */
export const BATCH_WORDS = 12;
export const BATCH_GROUP = 0;
export const BATCH_ID = 1;
export const BATCH_TIME = 6;
export const BATCH_SESSION = 9;

export const TEXT_ABSENT = 0;
export const TEXT_PACKED = 1;
export const TEXT_BYTES = 2;
export const TEXT_STRING = 3;
