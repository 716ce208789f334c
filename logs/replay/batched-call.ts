import { parseEventTime } from '../../core/record/event-time.ts';
import type { Decision } from '../../core/verdict/decision.ts';
import {
  BATCH_ID,
  BATCH_SESSION,
  BATCH_TIME,
  type CallBatch,
  TEXT_ABSENT,
  TEXT_BYTES,
  TEXT_PACKED,
  TEXT_STRING,
} from './call-batch.ts';
import type { JudgedCall } from './call-consumer.ts';
import type { CallGroup } from './call-group.ts';
import { type EventKey, keyEventID, writeUuid } from './event-window.ts';

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** One row of a batch, read as a call. Texts are made only when they are asked for: most are never printed. */
export class BatchedCall implements JudgedCall {
  readonly #batch: CallBatch;
  readonly #row: number;
  readonly group: CallGroup;
  readonly atMs: number;
  readonly decision: Decision;
  readonly before: Decision | null;

  constructor(
    batch: CallBatch,
    row: number,
    group: CallGroup,
    atMs: number,
    decision: Decision,
    before: Decision | null,
  ) {
    this.#batch = batch;
    this.#row = row;
    this.group = group;
    this.atMs = atMs;
    this.decision = decision;
    this.before = before;
  }

  get eventID(): string | null {
    return readEventID(this.#batch, this.#row);
  }

  get eventTime(): string | null {
    return readEventTime(this.#batch, this.#row);
  }

  get sessionName(): string | null {
    return readSessionName(this.#batch, this.#row);
  }
}

/** The eventID of a row's call. */
export function readEventID(batch: CallBatch, row: number): string | null {
  const { rows } = batch;
  const at = row + BATCH_ID;
  if (rows[at] !== TEXT_PACKED) return readText(batch, at);
  return writeUuid(rows[at + 1] ?? 0, rows[at + 2] ?? 0, rows[at + 3] ?? 0, rows[at + 4] ?? 0);
}

/** The time of a row's call as CloudTrail wrote it. */
export function readEventTime(batch: CallBatch, row: number): string | null {
  const at = row + BATCH_TIME;
  if (batch.rows[at] !== TEXT_PACKED) return readText(batch, at);
  return new Date((batch.rows[at + 1] ?? 0) * 1000).toISOString().replace('.000Z', 'Z');
}

/** The time of a row's call in epoch milliseconds; NaN where it is not known. */
export function readEventMs(batch: CallBatch, row: number): number {
  const at = row + BATCH_TIME;
  if (batch.rows[at] === TEXT_PACKED) return (batch.rows[at + 1] ?? 0) * 1000;
  return parseEventTime(readText(batch, at));
}

/** The key of a row's eventID where it is no packed UUID; undefined where it has none. */
export function readEventKey(batch: CallBatch, row: number): EventKey | undefined {
  const eventID = readEventID(batch, row);
  return eventID === null ? undefined : keyEventID(eventID);
}

/** The name of the session of a row's call. */
export function readSessionName(batch: CallBatch, row: number): string | null {
  return readText(batch, row + BATCH_SESSION);
}

function readText({ rows, bytes, strings }: CallBatch, at: number): string | null {
  switch (rows[at]) {
    case TEXT_BYTES: {
      const start = rows[at + 1] ?? 0;
      return DECODER.decode(bytes.subarray(start, start + (rows[at + 2] ?? 0)));
    }
    case TEXT_STRING:
      return strings[rows[at + 1] ?? 0] ?? null;
    case TEXT_ABSENT:
    default:
      return null;
  }
}
