import { createHash } from 'node:crypto';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AlertClaim } from '../containment/ports.ts';
import { readItemText, writeExpiry, writeNumber, writeText } from './attribute-values.ts';
import { hasFailedCondition } from './ledger-fault.ts';
import type { LedgerKey } from './ledger-items.ts';

const WINDOW_MS = 24 * 60 * 60_000;
/** A run that has not published after this long is dead: the Lambda's own time limit is below it. */
const TAKEOVER_MS = 5 * 60_000;
const KEPT_DAYS = 90;
const VIOLATION_CHARACTERS = 2_000;

/** The key of the item that says who alerts about a violation; hashed, since a violation may be longer than a key. */
export function composeAlertKey(violationKey: string): LedgerKey {
  const digest = createHash('sha256').update(violationKey).digest('hex');
  return { pk: { S: `alert#${digest}` }, sk: { S: 'alert' } };
}

/**
 * Claims the right to alert about a violation for 24 hours. It is free where nobody claimed it in that time, or where
 * the claim was never confirmed and is of the same event (delivered again) or more than five minutes old (its run
 * died). Otherwise this one is a repetition, and is counted.
 */
export async function claimAlert(
  client: DynamoDBClient,
  table: string,
  violationKey: string,
  eventID: string,
  nowMs: number,
): Promise<AlertClaim> {
  const key = { TableName: table, Key: { ...composeAlertKey(violationKey) } };
  const nowTime = new Date(nowMs).toISOString();
  const claim = new UpdateItemCommand({
    ...key,
    UpdateExpression:
      'SET #state = :claimed, eventID = :event, claimedMs = :now, firstTime = :nowTime, lastTime = :nowTime, ' +
      'repetitions = :none, violation = :violation, expiresAt = :expiry',
    ConditionExpression:
      'attribute_not_exists(pk) OR claimedMs <= :windowStart OR ' +
      '(#state = :claimed AND (eventID = :event OR claimedMs <= :takeover))',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':claimed': writeText('claimed'),
      ':event': writeText(eventID),
      ':now': writeNumber(nowMs),
      ':nowTime': writeText(nowTime),
      ':none': writeNumber(0),
      // Half of a surrogate pair, from the record or from the cut, is no text that DynamoDB takes.
      ':violation': writeText(violationKey.slice(0, VIOLATION_CHARACTERS).replaceAll(/\p{Cs}/gu, '\ufffd')),
      ':expiry': writeExpiry(nowMs, KEPT_DAYS),
      ':windowStart': writeNumber(nowMs - WINDOW_MS),
      ':takeover': writeNumber(nowMs - TAKEOVER_MS),
    },
  });
  try {
    await client.send(claim);
    return { kind: 'claimed' };
  } catch (error) {
    if (!hasFailedCondition(error)) throw error;
  }
  const counted = await client.send(
    new UpdateItemCommand({
      ...key,
      UpdateExpression: 'SET lastTime = :nowTime ADD repetitions :one',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':one': writeNumber(1), ':nowTime': writeText(nowTime) },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return {
    kind: 'repeated',
    firstTime: readItemText(counted.Attributes, 'firstTime') ?? nowTime,
    eventID: readItemText(counted.Attributes, 'eventID') ?? '',
  };
}

/** Says that the claimed alert is out. A claim that another event has taken over stays that event's. */
export async function confirmAlert(
  client: DynamoDBClient,
  table: string,
  violationKey: string,
  eventID: string,
): Promise<void> {
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { ...composeAlertKey(violationKey) },
        UpdateExpression: 'SET #state = :confirmed',
        ConditionExpression: 'eventID = :event',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':confirmed': writeText('confirmed'), ':event': writeText(eventID) },
      }),
    );
  } catch (error) {
    if (!hasFailedCondition(error)) throw error;
  }
}
