import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { Guard } from '../core/guard.ts';
import { type Handled, handleRecord, type RecordPorts } from './record-handling.ts';

/** One piece of a log object, in its order. */
export type LogPiece =
  /** `position` counts the records of the object from 1. */
  | { readonly kind: 'record'; readonly input: unknown; readonly position: number }
  /** Something that is no CloudTrail record; `position` is null where the object as a whole is meant. */
  | { readonly kind: 'rejected'; readonly position: number | null; readonly reason: string }
  /** There is no such object, or not any more. */
  | { readonly kind: 'gone' };

/** Reads the log files that CloudTrail delivers. */
export interface LogObjects {
  /**
   * The records of one object, each as it is read, so that its size does not matter. A damaged one ends in `rejected`.
   * Throws where the object cannot be read now.
   */
  readLog(key: string): AsyncIterable<LogPiece>;
}

/** Everything that the sweep acts on. */
export interface SweepPorts extends RecordPorts {
  readonly logs: LogObjects;
}

/** One delivery of one log file. */
export interface LogDelivery {
  readonly key: string;
  /** How often this message has been delivered, from 1. */
  readonly deliveryCount: number;
  /** Epoch milliseconds after which no other record is begun: the run ends soon after. */
  readonly deadlineMs: number;
}

/** What a sweep tells on its way, so that nothing has to be kept until the end of a file. */
export interface SweepListener {
  /** A record was dealt with. */
  handled(handled: Exclude<Handled, { kind: 'rejected' }>): void;
  /** Something in the file is no CloudTrail record. */
  rejected(position: number | null, reason: string): void;
  /** A record could not be dealt with; its file has to be delivered again. */
  failed(position: number, error: unknown): void;
}

/**
 * How a sweep ended: `finished` says nothing of what was told on the way; `outOfTime` leaves the rest of the file for
 * the next delivery.
 */
export type SweepEnd = 'finished' | 'gone' | 'outOfTime';

/**
 * Deals with each record of a log file as the live path deals with it. What was dealt with before, by whichever path, is
 * passed over; so the same file may be delivered as often as it takes, always from its beginning. A record that fails
 * does not keep the ones behind it.
 *
 * No position is remembered between deliveries: authorized calls cost no request, and what was found in an earlier one
 * costs a single read. Throws where the object cannot be read.
 */
export async function sweepLog(
  { key, deliveryCount, deadlineMs }: LogDelivery,
  allowlist: Allowlist,
  guard: Guard,
  ports: SweepPorts,
  listener: SweepListener,
): Promise<SweepEnd> {
  for await (const piece of ports.logs.readLog(key)) {
    if (piece.kind === 'gone') return 'gone';
    if (piece.kind === 'rejected') {
      listener.rejected(piece.position, piece.reason);
      continue;
    }
    if (ports.clock.nowMs() >= deadlineMs) return 'outOfTime';
    const { input, position } = piece;
    const delivery = { input, messageId: `${key}#${position}`, deliveryCount, path: 'sweep' } as const;
    try {
      const handled = await handleRecord(delivery, allowlist, guard, ports);
      if (handled.kind === 'rejected') listener.rejected(position, handled.reason);
      else listener.handled(handled);
    } catch (error) {
      listener.failed(position, error);
    }
  }
  return 'finished';
}
