import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PermanentError } from '../containment/errors.ts';
import type { Containment, PolicyTarget, Snapshot } from '../containment/ports.ts';
import { digestSnapshot } from '../containment/snapshot-digest.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { isJsonObject } from '../core/json.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { type Item, readItemText, writeExpiry, writeText } from './attribute-values.ts';
import { storeSnapshot } from './stored-snapshot.ts';

/**
 * The ledger's table. Keys `pk` and `sk` are strings; `expiresAt` (epoch seconds) is the TTL attribute.
 *
 * | pk | sk | what | expires |
 * |---|---|---|---|
 * | `event#<eventID>` | `event` | how far the work for one event is | 90 days after it began |
 * | `target#<qualified ARN>` | `lock` | who works on the policy, until when; the last rewrites | a day after the lease |
 * | `target#<qualified ARN>` | `containment#<containmentId>` | the snapshot before a change | never while it stands; a year after it was rolled back |
 * | `switch#<unqualified ARN>` | the tier | the settings before `freeze` or `disable-triggers` | never while it stands; a year after it was rolled back |
 * | `guarded` | `<unqualified ARN>` | a function whose guards follow the allowlist | never; goes with a rollback |
 * | `postponed` | `<unqualified ARN>` | a function with a policy for which the hour's rewrites were used up | two days after that; goes when it is looked at again |
 * | `alert#<SHA-256 of the violation>` | `alert` | who alerted, how often it was seen again | 90 days after it was claimed |
 * | `alerts#<hour>` | `alerts` | how many messages went out in that hour | 2 days after the hour began |
 * | `alerts#<hour>` | `group#<group>` | how many of them were about one function and caller | 2 days after the hour began |
 * | `finding#<hour>` | `<group>#<SHA-256 of event and outcome>` | a finding that no message told when it was found | 90 days after it was found |
 * | `pending` | `<group>` | what the next digest tells of a function and a caller | never; goes when it was told |
 * | `sighting#<eventID>` | `sighting` | which path dealt with a finding | 90 days after it was claimed |
 * | `heartbeat#<requestID>` | `beat` | a call by the heartbeat, and by which path its record was seen with what verdict | 30 days after it was sent |
 * | `heartbeat` | `chain` | what the heartbeat remembers from run to run: open beats, an outage | never |
 * | `mapping#<ARN of an event source mapping>` | `source` | the ARN that it polls | 90 days after it was last learnt |
 * | `mapping#<ARN of an event source mapping>` | `disabling` | when the guard last was about to disable it | 90 days |
 */
export interface LedgerKey extends Item {
  readonly pk: { S: string };
  readonly sk: { S: string };
}

const EVENT_DAYS = 90;
const ROLLED_BACK_DAYS = 365;
/** It is looked at every hour; what lies longer was given up by the schedule, and the daily run has seen it. */
const POSTPONED_DAYS = 2;

/** The key of an event's item. */
export function composeEventKey(eventID: string): LedgerKey {
  return { pk: { S: `event#${eventID}` }, sk: { S: 'event' } };
}

/** The key of the item that says which path dealt with a finding. */
export function composeSightingKey(eventID: string): LedgerKey {
  return { pk: { S: `sighting#${eventID}` }, sk: { S: 'sighting' } };
}

/** The key of the lock on one policy. */
export function composeLockKey(target: PolicyTarget): LedgerKey {
  return { pk: composeTargetPartition(target), sk: { S: 'lock' } };
}

/** The key of one stored snapshot. */
export function composeSnapshotKey(target: PolicyTarget, containmentId: string): LedgerKey {
  return { pk: composeTargetPartition(target), sk: { S: `${CONTAINMENT_PREFIX}${containmentId}` } };
}

/** The key that keeps a function on the list of those whose guards follow the allowlist. */
export function composeGuardedKey(functionArn: string): LedgerKey {
  return { pk: GUARDED_PARTITION, sk: { S: functionArn } };
}

/** The partition of that list. */
export const GUARDED_PARTITION = { S: 'guarded' };

/** The key that keeps a function on the list of those whose policies have to be looked at again. */
export function composePostponedKey(functionArn: string): LedgerKey {
  return { pk: POSTPONED_PARTITION, sk: { S: functionArn } };
}

/** The partition of that list. */
export const POSTPONED_PARTITION = { S: 'postponed' };

/** The item of a function that is postponed now. */
export function composePostponedItem(functionArn: string, nowMs: number): Item {
  return { ...composePostponedKey(functionArn), expiresAt: writeExpiry(nowMs, POSTPONED_DAYS) };
}

/** What the sort keys of all snapshots of a policy begin with; the ids begin with a time, so they sort by age. */
export const CONTAINMENT_PREFIX = 'containment#';

/** The partition in which a policy's lock and snapshots lie. */
export function composeTargetPartition(target: PolicyTarget): { S: string } {
  return { S: `target#${qualifyFunctionArn(target.functionArn, target.qualifier)}` };
}

/** When a snapshot that was rolled back now may go. */
export function expireRolledBack(nowMs: number): AttributeValue {
  return writeExpiry(nowMs, ROLLED_BACK_DAYS);
}

/** The item of an event that begins now. */
export function composeEventItem(eventID: string, snapshot: Snapshot, nowMs: number): Item {
  return {
    ...composeEventKey(eventID),
    state: writeText('begun'),
    containmentId: writeText(snapshot.containmentId),
    targetPartition: composeTargetPartition(snapshot.target),
    storedTime: writeText(snapshot.storedTime),
    expiresAt: writeExpiry(nowMs, EVENT_DAYS),
  };
}

/** The item of a snapshot. Throws `PermanentError` where it would not fit; nothing has been changed then. */
export function composeSnapshotItem(eventID: string, snapshot: Snapshot): Item {
  return {
    ...composeSnapshotKey(snapshot.target, snapshot.containmentId),
    state: writeText('begun'),
    eventID: writeText(eventID),
    ...storeSnapshot(snapshot),
  };
}

/**
 * Reads a stored snapshot. Throws `PermanentError` with the code `SnapshotAltered` where its content does not match
 * its digest, or says that it is of another policy or containment than its key: somebody changed the table by hand.
 */
export function readContainment(item: Item): Containment {
  const key = `${readItemText(item, 'pk') ?? ''} ${readItemText(item, 'sk') ?? ''}`;
  const snapshot = parseSnapshot(readItemText(item, 'snapshot'));
  const state = readItemText(item, 'state');
  if (snapshot === undefined || (state !== 'begun' && state !== 'settled' && state !== 'rolledBack')) {
    throw raiseAltered(key);
  }
  const expected = composeSnapshotKey(snapshot.target, snapshot.containmentId);
  const matches =
    digestSnapshot(snapshot) === readItemText(item, 'digest') && key === `${expected.pk.S} ${expected.sk.S}`;
  if (!matches) throw raiseAltered(key);
  return { snapshot, state };
}

function parseSnapshot(text: string | undefined): Snapshot | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (!isJsonObject(value) || !isJsonObject(value['target'])) return undefined;
    return typeof value['containmentId'] === 'string' ? (value as unknown as Snapshot) : undefined;
  } catch {
    return undefined;
  }
}

/** The error about an item that is not as the ledger wrote it. */
export function raiseAltered(key: string): PermanentError {
  return new PermanentError(
    'SnapshotAltered',
    `the ledger's item \`${key}\` is not as it was written: somebody changed the table; take what was before from another source`,
  );
}

/** Reads the outcome of a settled event; throws where it is not there. */
export function readOutcome(item: Item): Outcome {
  try {
    const value: unknown = JSON.parse(readItemText(item, 'outcome') ?? '');
    if (isJsonObject(value) && typeof value['kind'] === 'string') return value as unknown as Outcome;
  } catch {
    // Told below, together with JSON of another shape.
  }
  throw raiseAltered(`${readItemText(item, 'pk') ?? ''} ${readItemText(item, 'sk') ?? ''}`);
}
