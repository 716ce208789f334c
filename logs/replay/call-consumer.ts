import type { ConfigurationChange } from '../../core/change/change.ts';
import type { ChangeDecision } from '../../core/change/change-verdict.ts';
import type { SkipReason } from '../../core/record/invocation.ts';
import type { LearntMapping } from '../../core/record/learnt-mapping.ts';
import type { Decision } from '../../core/verdict/decision.ts';
import type { LogPosition } from '../log-entry.ts';
import type { CallGroup } from './call-group.ts';

/** One judged call. Copy what you keep: the object holds on to all calls that were read with it (`group` and `decision` do not). */
export interface JudgedCall {
  readonly group: CallGroup;
  /** What the core says about it; calls that are judged alike share one object. */
  readonly decision: Decision;
  /** What a second allowlist says about it, where there is one to compare with; else null. */
  readonly before: Decision | null;
  readonly eventID: string | null;
  /** As CloudTrail wrote it. */
  readonly eventTime: string | null;
  /** `eventTime` in epoch milliseconds; NaN where the record has no readable time. */
  readonly atMs: number;
  /** The session of the role that called, where the caller is a role and the record names it. */
  readonly sessionName: string | null;
}

/** One judged change of who may call, or of what the guard hears by. */
export interface JudgedChange {
  readonly change: ConfigurationChange;
  readonly decision: ChangeDecision;
  /** What a second allowlist says about it, where there is one to compare with; else null. */
  readonly before: ChangeDecision | null;
}

/**
 * What is done with logs as they are read. Everything comes on one thread and in the order of the logs: files in the
 * order asked for, records in the order of their file. Calls and changes with an eventID that was there before, and
 * those outside the window of time, are only counted.
 */
export interface CallConsumer {
  readonly takeCall: (call: JudgedCall) => void;
  /**
   * `count` records that are not ours to judge.
   * @param functionArn the function where the reason is `invokeExecution` and the record names one; else null
   */
  readonly takeSkipped: (reason: SkipReason | 'digest', count: number, functionArn: string | null) => void;
  /** Something that is no CloudTrail record; the reason may quote the file, so it is printed by `printSafely`. */
  readonly takeRejected: (file: string, position: LogPosition, reason: string) => void;
  /** A change; where nobody takes them, they are counted with the skipped records, as often as they come. */
  readonly takeChange?: (change: JudgedChange) => void;
  /** The source of an event source mapping, which a record of the logs tells; each mapping once. */
  readonly takeMapping?: (learnt: LearntMapping) => void;
  /** A file that could not be read, or not to its end. */
  readonly takeUnreadable: (file: string, reason: string) => void;
}

/** How far the reading has come. */
export interface ReplayCounts {
  /** Files that were begun. */
  readonly files: number;
  /** Everything that the files held: calls, skipped and rejected; digest files apart. */
  readonly records: number;
  /** Calls, and changes where somebody takes them, with an eventID that was there before. */
  readonly duplicates: number;
  /** Calls, and changes where somebody takes them, outside the window of time. */
  readonly outsideWindow: number;
  /** Bytes of the files that were read, as they lie on the disk. */
  readonly fileBytes: number;
}
