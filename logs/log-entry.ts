/** Where in a file something stands. Both null: the file as a whole. Both count from 1. */
export interface LogPosition {
  readonly line: number | null;
  /** The how-many-th record of its container (`Records`, `Events`, or an array). */
  readonly record: number | null;
}

/** One piece of input, still to be parsed: what one CloudTrail record, or the envelope around one, should be. */
export interface LogRecord {
  readonly kind: 'record';
  readonly input: unknown;
  /** The path as the user would write it; `-` for standard input. */
  readonly file: string;
  readonly position: LogPosition;
}

/** Something that cannot be read as CloudTrail's. The rest of the file is read on where that is possible. */
export interface RejectedInput {
  readonly kind: 'rejected';
  readonly file: string;
  readonly position: LogPosition;
  readonly reason: string;
}

/** A well-formed file of CloudTrail's that holds no records. */
export interface SkippedInput {
  readonly kind: 'skipped';
  readonly file: string;
  readonly position: LogPosition;
  readonly reason: 'digest';
}

/** A file that the operating system would not give us: what it holds is not known, so the answer is incomplete. */
export interface UnreadableFile {
  readonly kind: 'unreadable';
  readonly file: string;
  readonly reason: string;
}

/** What reading CloudTrail logs comes to, piece by piece. */
export type LogEntry = LogRecord | RejectedInput | SkippedInput | UnreadableFile;

/** Says where something stands, as people do: `logs/a.json line 3, record 2`. */
export function describePlace(file: string, position: LogPosition): string {
  const parts = [
    position.line === null ? '' : `line ${position.line}`,
    position.record === null ? '' : `record ${position.record}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? file : `${file} ${parts.join(', ')}`;
}
