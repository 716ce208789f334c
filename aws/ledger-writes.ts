import type { Delete, Put, Update } from '@aws-sdk/client-dynamodb';
import type { PolicyTarget, Snapshot } from '../containment/ports.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { writeText } from './attribute-values.ts';
import {
  composeEventItem,
  composeEventKey,
  composeSnapshotItem,
  composeSnapshotKey,
  expireRolledBack,
} from './ledger-items.ts';

const STATE = { '#state': 'state' };

/** Stores an event that nobody has dealt with yet. */
export function putEvent(table: string, eventID: string, snapshot: Snapshot, nowMs: number): Put {
  return {
    TableName: table,
    Item: composeEventItem(eventID, snapshot, nowMs),
    ConditionExpression: 'attribute_not_exists(pk)',
  };
}

/** Stores a snapshot, never over another. Throws `PermanentError` where it is too large. */
export function putSnapshot(table: string, eventID: string, snapshot: Snapshot): Put {
  return {
    TableName: table,
    Item: composeSnapshotItem(eventID, snapshot),
    ConditionExpression: 'attribute_not_exists(pk)',
  };
}

/** Stores a snapshot over the one of the same containment, while that is not finished. */
export function replaceSnapshot(table: string, eventID: string, snapshot: Snapshot): Put {
  return {
    TableName: table,
    Item: composeSnapshotItem(eventID, snapshot),
    ConditionExpression: '#state = :begun AND eventID = :event',
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: { ':begun': writeText('begun'), ':event': writeText(eventID) },
  };
}

/** Notes that a second run took up the event, so that the first one's snapshot is never forgotten. */
export function markResumed(table: string, eventID: string): Update {
  return {
    TableName: table,
    Key: composeEventKey(eventID),
    UpdateExpression: 'SET resumed = :yes',
    ConditionExpression: '#state = :begun',
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: { ':yes': { BOOL: true }, ':begun': writeText('begun') },
  };
}

/** Writes how an event ended, once. */
export function settleEvent(table: string, eventID: string, outcome: Outcome): Update {
  return {
    TableName: table,
    Key: composeEventKey(eventID),
    UpdateExpression: 'SET #state = :settled, #outcome = :outcome',
    ConditionExpression: '#state = :begun',
    ExpressionAttributeNames: { ...STATE, '#outcome': 'outcome' },
    ExpressionAttributeValues: {
      ':begun': writeText('begun'),
      ':settled': writeText('settled'),
      ':outcome': writeText(JSON.stringify(outcome)),
    },
  };
}

/** Marks a snapshot as one of a finished change, unless a person has rolled it back already. */
export function settleSnapshot(table: string, snapshot: Snapshot): Update {
  return {
    TableName: table,
    Key: composeSnapshotKey(snapshot.target, snapshot.containmentId),
    UpdateExpression: 'SET #state = :settled',
    ConditionExpression: '#state = :begun OR #state = :settled',
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: { ':begun': writeText('begun'), ':settled': writeText('settled') },
  };
}

/** Forgets an event that changed nothing, if only one run ever had it. */
export function forgetEvent(table: string, eventID: string, snapshot: Snapshot): Delete {
  return {
    TableName: table,
    Key: composeEventKey(eventID),
    ConditionExpression: 'attribute_not_exists(resumed) AND #state = :begun AND containmentId = :containment',
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: {
      ':begun': writeText('begun'),
      ':containment': writeText(snapshot.containmentId),
    },
  };
}

/** Forgets the snapshot of a change that was not made. */
export function forgetSnapshot(table: string, snapshot: Snapshot): Delete {
  return { TableName: table, Key: composeSnapshotKey(snapshot.target, snapshot.containmentId) };
}

/** Marks a stored snapshot as rolled back, from when on it may expire. */
export function rollBackSnapshot(
  table: string,
  target: PolicyTarget,
  containmentId: string,
  nowMs: number,
): Update {
  return {
    TableName: table,
    Key: composeSnapshotKey(target, containmentId),
    UpdateExpression: 'SET #state = :rolledBack, expiresAt = :expiry',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: {
      ':rolledBack': writeText('rolledBack'),
      ':expiry': expireRolledBack(nowMs),
    },
  };
}
