import type { Update } from '@aws-sdk/client-dynamodb';
import { MAX_WRITES_PER_HOUR, type PolicyTarget } from '../containment/ports.ts';
import {
  type Item,
  readItemNumber,
  readItemText,
  writeExpiry,
  writeNumber,
  writeText,
} from './attribute-values.ts';
import { composeLockKey } from './ledger-items.ts';

const HOUR_MS = 3_600_000;
/** After so long an item that nobody came back for may go: its rewrites have long stopped to count. */
const LOCK_DAYS = 1;

/** `write1` is the time of the newest rewrite, `write3` of the third newest; a fourth within the hour has to wait. */
const WRITES = Array.from({ length: MAX_WRITES_PER_HOUR }, (_, index) => `write${index + 1}`);
const OLDEST_WRITE = `write${MAX_WRITES_PER_HOUR}`;

const IS_FREE = '(attribute_not_exists(leaseUntilMs) OR leaseUntilMs <= :now OR eventID = :event)';
const IS_RESTED = `(attribute_not_exists(${OLDEST_WRITE}) OR ${OLDEST_WRITE} <= :hourAgo)`;

/** Whose lock is asked for, and until when it shall hold. */
export interface LockRequest {
  readonly table: string;
  readonly eventID: string;
  readonly target: PolicyTarget;
  readonly leaseUntilMs: number;
  readonly nowMs: number;
}

/** Takes the lock for new work: if it is free, and the policy was not rewritten too often in the last hour. */
export function takeLock(request: LockRequest): Update {
  const taken = retakeLock(request);
  return {
    ...taken,
    ConditionExpression: `${IS_FREE} AND ${IS_RESTED}`,
    ExpressionAttributeValues: {
      ...taken.ExpressionAttributeValues,
      ':hourAgo': writeNumber(request.nowMs - HOUR_MS),
    },
  };
}

/** Takes the lock for work that began before, however often the policy has been rewritten since. */
export function retakeLock(request: LockRequest): Update {
  return {
    TableName: request.table,
    Key: composeLockKey(request.target),
    UpdateExpression: 'SET eventID = :event, leaseUntilMs = :lease, expiresAt = :expiry',
    ConditionExpression: IS_FREE,
    ExpressionAttributeValues: {
      ':event': writeText(request.eventID),
      ':lease': writeNumber(request.leaseUntilMs),
      ':expiry': writeExpiry(request.leaseUntilMs, LOCK_DAYS),
      ':now': writeNumber(request.nowMs),
    },
  };
}

/** Counts a finished rewrite; the lock itself may be somebody else's by now. */
export function countWrite(table: string, target: PolicyTarget, writtenMs: number): Update {
  const shifts = WRITES.slice(1).map(
    (name, index) => `${name} = if_not_exists(${WRITES[index] ?? ''}, :never)`,
  );
  return {
    TableName: table,
    Key: composeLockKey(target),
    UpdateExpression: `SET ${[...shifts, 'write1 = :written', 'expiresAt = :expiry'].join(', ')}`,
    ExpressionAttributeValues: {
      ':written': writeNumber(writtenMs),
      ':never': writeNumber(0),
      ':expiry': writeExpiry(writtenMs, LOCK_DAYS),
    },
  };
}

/** Gives the lock back, if it still is this event's. */
export function freeLock(table: string, eventID: string, target: PolicyTarget): Update {
  return {
    TableName: table,
    Key: composeLockKey(target),
    UpdateExpression: 'REMOVE eventID, leaseUntilMs',
    ConditionExpression: 'eventID = :event',
    ExpressionAttributeValues: { ':event': writeText(eventID) },
  };
}

/** Decides why the lock was not to be had. */
export function explainLock(item: Item | undefined, request: LockRequest): 'busy' | 'exhausted' | 'free' {
  const lease = readItemNumber(item, 'leaseUntilMs');
  const theirs = readItemText(item, 'eventID') !== request.eventID;
  if (lease !== undefined && lease > request.nowMs && theirs) return 'busy';
  const oldest = readItemNumber(item, OLDEST_WRITE);
  return oldest !== undefined && oldest > request.nowMs - HOUR_MS ? 'exhausted' : 'free';
}
