import { createHash } from 'node:crypto';
import type { Update } from '@aws-sdk/client-dynamodb';
import { WINDOW_MS } from '../containment/alert-ports.ts';
import type { DeferredFinding, GroupName, PendingGroup } from '../core/alert/finding-group.ts';
import {
  type Item,
  readItemNumber,
  readItemText,
  writeExpiry,
  writeNumber,
  writeText,
} from './attribute-values.ts';
import type { LedgerKey } from './ledger-items.ts';

const FINDING_DAYS = 90;
/** What the names of attributes begin with that count outcomes. */
const OUTCOME_PREFIX = 'outcome#';

/** The partition of what waits for the digest. */
export const PENDING_PARTITION = { S: 'pending' };

/** The hour in which an instant lies, as it stands in keys: `2026-11-21T10`. */
export function nameHour(nowMs: number): string {
  return new Date(Math.floor(nowMs / WINDOW_MS) * WINDOW_MS).toISOString().slice(0, 13);
}

/** The key of the messages that went out in the hour of an instant. */
export function composeWindowKey(nowMs: number): LedgerKey {
  return { pk: { S: `alerts#${nameHour(nowMs)}` }, sk: { S: 'alerts' } };
}

/** The key of those of them that were about one group. */
export function composeGroupWindowKey(groupID: string, nowMs: number): LedgerKey {
  return { pk: { S: `alerts#${nameHour(nowMs)}` }, sk: { S: `group#${groupID}` } };
}

/** The item of a deferred finding. All of an hour lie in one partition, so that one query finds them. */
export function composeFindingItem(finding: DeferredFinding): Item {
  const foundMs = Date.parse(finding.foundTime);
  const digest = createHash('sha256').update(`${finding.eventID}|${finding.outcome}`).digest('hex');
  return {
    pk: writeText(`finding#${nameHour(foundMs)}`),
    sk: writeText(`${finding.groupID}#${digest.slice(0, 32)}`),
    finding: writeText(JSON.stringify(finding)),
    expiresAt: writeExpiry(foundMs, FINDING_DAYS),
  };
}

/** An update of what waits about a group, and the values that it stands on. */
interface Addition {
  readonly group: GroupName;
  readonly eventID: string;
  readonly time: string;
}

/** Counts a deferred finding in its group. */
export function addDeferred(table: string, finding: DeferredFinding): Update {
  const { outcome, rollback } = finding;
  const update = addToGroup(table, { group: finding, eventID: finding.eventID, time: finding.foundTime });
  return {
    ...update,
    UpdateExpression:
      `${update.UpdateExpression}${rollback === null ? '' : `, ${shiftIn('rollback')}`} ` +
      'ADD deferrals :one, repetitions :zero, #outcome :one',
    ExpressionAttributeNames: { '#outcome': `${OUTCOME_PREFIX}${outcome}` },
    ExpressionAttributeValues: {
      ...update.ExpressionAttributeValues,
      ...(rollback === null ? {} : { ':rollback': writeText(rollback) }),
    },
  };
}

/** Counts a repetition in its group, unless the event is one of the last. */
export function addRepetition(table: string, group: GroupName, eventID: string, time: string): Update {
  const update = addToGroup(table, { group, eventID, time });
  return {
    ...update,
    UpdateExpression: `${update.UpdateExpression} ADD deferrals :zero, repetitions :one`,
    ConditionExpression:
      'attribute_not_exists(pk) OR (event1 <> :event AND event2 <> :event AND event3 <> :event)',
  };
}

/** The part that both share; the three last events move on by one. */
function addToGroup(table: string, { group, eventID, time }: Addition): Update {
  const { groupID, functionArn, caller } = group;
  return {
    TableName: table,
    Key: composePendingKey(groupID),
    UpdateExpression:
      `SET callerText = :caller, firstTime = if_not_exists(firstTime, :time), lastTime = :time, ` +
      `batchID = if_not_exists(batchID, :batch), ${shiftIn('event')}${functionArn === null ? '' : ', functionArn = :function'}`,
    ExpressionAttributeValues: {
      ...(functionArn === null ? {} : { ':function': writeText(functionArn) }),
      ':caller': writeText(caller),
      ':time': writeText(time),
      ':batch': writeText(`${time} ${eventID}`),
      ':event': writeText(eventID),
      ':none': writeText(''),
      ':one': writeNumber(1),
      ':zero': writeNumber(0),
    },
  };
}

/** Every right side is read as it was before the update. */
function shiftIn(name: 'event' | 'rollback'): string {
  return (
    `${name}3 = if_not_exists(${name}2, :none), ${name}2 = if_not_exists(${name}1, :none), ` +
    `${name}1 = :${name}`
  );
}

/** The key of what waits about a group. */
export function composePendingKey(groupID: string): { pk: { S: string }; sk: { S: string } } {
  return { pk: PENDING_PARTITION, sk: { S: groupID } };
}

/** Takes the counts that were told out of a group that has grown since; what is left waits as another batch. */
export function subtractTold(table: string, told: PendingGroup): Update {
  const outcomes = Object.entries(told.outcomes);
  const names = outcomes.map(([outcome], index) => [`#o${index}`, `${OUTCOME_PREFIX}${outcome}`]);
  const counts = outcomes.map(([, count], index) => [`:o${index}`, writeNumber(-count)]);
  return {
    TableName: table,
    Key: composePendingKey(told.groupID),
    UpdateExpression: `SET batchID = :next, firstTime = :time ADD ${[
      'deferrals :deferred',
      'repetitions :repeated',
      ...outcomes.map((_, index) => `#o${index} :o${index}`),
    ].join(', ')}`,
    ConditionExpression: 'batchID = :batch',
    ...(names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) }),
    ExpressionAttributeValues: {
      ...Object.fromEntries(counts),
      ':batch': writeText(told.batch),
      ':next': writeText(nameNextBatch(told)),
      ':time': writeText(told.lastTime),
      ':deferred': writeNumber(-told.deferred),
      ':repeated': writeNumber(-told.repeated),
    },
  };
}

/** No two batches of a group have the same name, since each names the one before it. */
function nameNextBatch({ batch, lastTime, deferred, repeated }: PendingGroup): string {
  return createHash('sha256')
    .update(JSON.stringify([batch, lastTime, deferred, repeated]))
    .digest('hex');
}

/** Reads what waits about a group. */
export function readPendingGroup(item: Item): PendingGroup {
  const readText = (name: string): string => readItemText(item, name) ?? '';
  const readFew = (name: 'event' | 'rollback'): readonly string[] =>
    [1, 2, 3].map((place) => readText(`${name}${place}`)).filter((text) => text !== '');
  const outcomes = Object.keys(item)
    .filter((name) => name.startsWith(OUTCOME_PREFIX))
    .map((name) => [name.slice(OUTCOME_PREFIX.length), readItemNumber(item, name) ?? 0] as const)
    .filter(([, count]) => count > 0);
  return {
    groupID: readText('sk'),
    functionArn: readItemText(item, 'functionArn') ?? null,
    caller: readText('callerText'),
    batch: readText('batchID'),
    deferred: readItemNumber(item, 'deferrals') ?? 0,
    repeated: readItemNumber(item, 'repetitions') ?? 0,
    outcomes: Object.fromEntries(outcomes),
    rollbacks: readFew('rollback'),
    eventIDs: readFew('event'),
    firstTime: readText('firstTime'),
    lastTime: readText('lastTime'),
  };
}
