import type { Allowlist } from '../allowlist/allowlist.ts';
import type { ResolvedMappings } from '../allowlist/invoker-match.ts';
import { EVENT_PRICE } from '../report/event-cost.ts';
import { composeCallFields, IS_CALL, RECORD_COLUMNS } from './call-fields.ts';
import { composeCallerFields } from './caller-fields.ts';
import { parseColumn, selectText } from './json-field.ts';
import { type LogTable, nameTable } from './log-table.ts';
import { EVENT_MS, type ScanTime, selectDays, selectTime } from './scan-window.ts';
import type { Sql } from './sql-text.ts';
import { composeVerdictQueries, VERDICT_COLUMNS } from './verdict-query.ts';

/** What a query is compiled from. */
export interface QueryInput {
  readonly table: LogTable;
  readonly time: ScanTime;
  readonly allowlist: Allowlist;
  /** Sources of event source mappings, as far as they are known. */
  readonly mappings: ResolvedMappings;
}

/** A question that the logs answer. */
export interface CatalogueQuery {
  readonly name: string;
  readonly summary: string;
  /** What it reads, and what that means for its cost. */
  readonly scans: string;
  /** Whether it depends on the allowlist, and so has to be compiled anew when that changes. */
  readonly judges: 'allowlist' | 'nothing';
  /** The days before the asked time that it reads besides. */
  readonly lookBackDays: number;
  /** Mostly one query; several where an allowlist does not fit into one, which then each read all of the logs. */
  readonly compose: (input: QueryInput) => readonly Sql[];
}

const ONE_READING = 'the folders of the days asked for and of the day after, once';

/** How long before the time asked for a caller must not have called to count as new. */
export const FIRST_SEEN_DAYS = 30;

const CALLED = ['fn', 'caller_kind', 'caller', 'source_arn'] as const;
const SPAN = 'count(*) AS calls, min(eventtime) AS first_call, max(eventtime) AS last_call';

const DENIED =
  "(errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%Unauthorized%' OR errorcode LIKE '%Forbidden%')";

/** Events by which somebody may loosen the guard's grip or close its eyes, beside Lambda's own. */
const TAMPERING = `eventsource = 'cloudtrail.amazonaws.com' AND eventname IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors')
      OR eventsource = 'events.amazonaws.com' AND eventname IN ('DisableRule', 'DeleteRule', 'RemoveTargets', 'PutRule')`;

/** All questions, in the order in which help lists them. */
export const QUERIES: readonly CatalogueQuery[] = [
  {
    name: 'violations',
    summary: 'calls that the allowlist does not list, or of which the record does not tell enough',
    scans: `${ONE_READING}; a long allowlist takes several queries, and each reads them`,
    judges: 'allowlist',
    lookBackDays: 0,
    compose: (input) =>
      composeVerdictQueries({
        ...input,
        select: `SELECT ${[...VERDICT_COLUMNS, ...RECORD_COLUMNS].join(', ')}
FROM judged
WHERE verdict IN ('unauthorized', 'undetermined')
ORDER BY eventtime, eventid`,
      }),
  },
  {
    name: 'callers',
    summary: 'who called which function, how often, from when to when',
    scans: ONE_READING,
    judges: 'nothing',
    lookBackDays: 0,
    compose: ({ table, time }) => [
      `${composeCalls(table, time)}
SELECT ${CALLED.join(', ')}, ${SPAN}, count_if(NULLIF(errorcode, '') IS NOT NULL) AS failed
FROM called
GROUP BY ${CALLED.join(', ')}
ORDER BY fn, calls DESC, caller`,
    ],
  },
  {
    name: 'first-seen',
    summary: `callers of a function that had not called it in the ${FIRST_SEEN_DAYS} days before`,
    scans: `the folders of the days asked for, of the day after and of the ${FIRST_SEEN_DAYS} days before, once`,
    judges: 'nothing',
    lookBackDays: FIRST_SEEN_DAYS,
    compose: ({ table, time }) => [
      `${composeCalls(table, extendBack(time))}
SELECT ${CALLED.join(', ')}, ${SPAN}
FROM called
GROUP BY ${CALLED.join(', ')}
HAVING ${isNew(time)}
ORDER BY first_call, fn, caller`,
    ],
  },
  {
    name: 'changes',
    summary: 'changes of functions, and of what the guard sees by, and who made them',
    scans: ONE_READING,
    judges: 'nothing',
    lookBackDays: 0,
    compose: ({ table, time }) => [
      composeEvents(
        table,
        time,
        `eventsource = 'lambda.amazonaws.com' AND NOT starts_with(eventname, 'Invoke') AND COALESCE(readonly, 'false') <> 'true'
      OR ${TAMPERING}`,
      ),
    ],
  },
  {
    name: 'denied',
    summary:
      'calls and changes of functions that AWS refused; of most refused calls CloudTrail writes no record',
    scans: ONE_READING,
    judges: 'nothing',
    lookBackDays: 0,
    compose: ({ table, time }) => [
      composeEvents(table, time, `eventsource = 'lambda.amazonaws.com' AND ${DENIED}`),
    ],
  },
  {
    name: 'unguarded',
    summary: 'functions that are called and that no entry of the allowlist names',
    scans: `${ONE_READING}; a long allowlist takes several queries, and each reads them`,
    judges: 'allowlist',
    lookBackDays: 0,
    compose: (input) =>
      composeVerdictQueries({
        ...input,
        select: `SELECT fn, ${SPAN}, count(DISTINCT caller) AS callers
FROM judged
WHERE verdict = 'unguarded'
GROUP BY fn
ORDER BY calls DESC, fn`,
      }),
  },
  {
    name: 'cost',
    summary: `data events per month, and what CloudTrail asks for them (assumed: ${EVENT_PRICE.usdPer100kEvents.toFixed(2)} USD for 100,000)`,
    scans: ONE_READING,
    judges: 'nothing',
    lookBackDays: 0,
    compose: ({ table, time }) => [
      `WITH events AS (
  SELECT substr(eventtime, 1, 7) AS month, recipientaccountid AS account_id, awsregion, ${EVENT_MS} AS at_ms,
    ${IS_CALL} AS is_call
  FROM ${nameTable(table)}
  WHERE ${selectDays(time)}
    AND eventsource = 'lambda.amazonaws.com' AND starts_with(eventname, 'Invoke')
)
SELECT month, account_id, awsregion, count_if(is_call) AS calls, count_if(NOT is_call) AS executions,
  round(count(*) * ${EVENT_PRICE.usdPer100kEvents} / 100000, 4) AS usd
FROM events
WHERE ${selectTime(time, 'at_ms')}
GROUP BY month, account_id, awsregion
ORDER BY month, account_id, awsregion`,
    ],
  },
];

function composeCalls(table: LogTable, time: ScanTime): Sql {
  return `WITH
${[...composeCallFields(table, time), ...composeCallerFields()].join(',\n')}`;
}

const DAY_MS = 86_400_000;

function extendBack(time: ScanTime): ScanTime {
  return time.kind === 'window'
    ? { ...time, sinceMs: time.sinceMs - FIRST_SEEN_DAYS * DAY_MS }
    : { ...time, days: time.days + FIRST_SEEN_DAYS };
}

/** A caller one of whose calls has no readable time may have called before. */
function isNew(time: ScanTime): Sql {
  const since =
    time.kind === 'window'
      ? String(time.sinceMs)
      : `to_unixtime(current_timestamp - INTERVAL '${time.days}' DAY) * 1000`;
  return `min(at_ms) >= ${since} AND count(at_ms) = count(*)`;
}

/** Single events and who made them. */
function composeEvents(table: LogTable, time: ScanTime, which: Sql): Sql {
  const role = selectText('ui', 'sessionContext', 'sessionIssuer', 'arn');
  return `WITH events AS (
  SELECT eventid, eventtime, eventsource, eventname, sourceipaddress, errorcode, ${EVENT_MS} AS at_ms,
    ${parseColumn('useridentity')} AS ui, ${parseColumn('requestparameters')} AS rp
  FROM ${nameTable(table)}
  WHERE ${selectDays(time)}
    AND (${which})
)
SELECT eventtime, eventname, COALESCE(${selectText('rp', 'functionName')}, ${selectText('rp', 'resourceArn')}, ${selectText('rp', 'name')}) AS target,
  COALESCE(${role}, ${selectText('ui', 'arn')}, ${selectText('ui', 'invokedBy')}, ${selectText('ui', 'accountId')}) AS actor,
  sourceipaddress, errorcode, eventid
FROM events
WHERE ${selectTime(time, 'at_ms')}
ORDER BY eventtime, eventid`;
}
