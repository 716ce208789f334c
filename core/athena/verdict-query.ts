import type { Allowlist } from '../allowlist/allowlist.ts';
import type { ResolvedMappings } from '../allowlist/invoker-match.ts';
import { HEARTBEAT_NAME, HEARTBEAT_TARGET_NAME } from '../guard.ts';
import { composeCallFields, RECORD_COLUMNS } from './call-fields.ts';
import { composeCallerFields } from './caller-fields.ts';
import {
  ALLOWLIST_ROW,
  encodePart,
  HASH_DIGITS,
  type PreparedAllowlist,
  prepareAllowlist,
} from './encoded-allowlist.ts';
import { hasOutcome, LISTED, TERM } from './entry-match.ts';
import type { LogTable } from './log-table.ts';
import { composeNarrowingFields, NARROWED } from './narrowing-fields.ts';
import type { ScanTime } from './scan-window.ts';
import { quoteJson, quoteText, type Sql } from './sql-text.ts';

/**
 * Bytes that the text of a query may have.
 * @see https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
 */
export const QUERY_BYTES = 262_144;

/** What the verdicts are selected for: the query ends with this, and reads from `judged`. */
export interface VerdictSelection {
  readonly allowlist: Allowlist;
  readonly mappings: ResolvedMappings;
  readonly table: LogTable;
  readonly time: ScanTime;
  /** Writes the end of the query, after its common table expressions. */
  readonly select: Sql;
}

/** The columns of `judged` that people read, in the order of a line of `replay`. */
export const VERDICT_COLUMNS: readonly string[] = [
  'verdict',
  'reason',
  'entry',
  'fn',
  'caller_kind',
  'caller',
];

/** An allowlist that no number of queries can hold. */
export class AllowlistTooLongError extends Error {
  override readonly name = 'AllowlistTooLongError';
}

/** More parts than this would read the logs too often to be of use. */
const MOST_PARTS = 64;

/**
 * Compiles an allowlist to queries that give every call of the time the very verdict and entry of `decideInvocation`.
 * Mostly it is one. Where the text would be longer than Athena takes, the functions are dealt out by a hash of their
 * names to as many as are needed; each reads all of the logs and answers for its own functions, so their results
 * together are the answer. Throws `AllowlistTooLongError` where that does not help.
 */
export function composeVerdictQueries(selection: VerdictSelection): readonly Sql[] {
  const prepared = prepareAllowlist(selection.allowlist);
  const whole = composePart(selection, prepared, 0, 1);
  if (whole.length <= QUERY_BYTES) return [whole];
  // What stands in every part leaves so much room for the rest.
  const common = composePart(selection, { ...prepared, exact: [] }, 0, 1).length;
  const room = QUERY_BYTES - common;
  const fewest = room > 0 ? Math.max(2, Math.ceil((whole.length - common) / room)) : Number.POSITIVE_INFINITY;
  for (let parts = fewest; parts <= MOST_PARTS; parts += 1) {
    const queries: Sql[] = [];
    for (let part = 0; part < parts; part += 1) {
      const query = composePart(selection, prepared, part, parts);
      if (query.length > QUERY_BYTES) break;
      queries.push(query);
    }
    if (queries.length === parts) return queries;
  }
  throw new AllowlistTooLongError(
    `the allowlist does not fit into ${MOST_PARTS} queries of ${QUERY_BYTES} bytes: its globs and break-glass entries ` +
      'stand in each of them, so list fewer, or name the functions instead',
  );
}

function composePart(
  { mappings, table, time, select }: VerdictSelection,
  prepared: PreparedAllowlist,
  part: number,
  parts: number,
): Sql {
  const encoded = encodePart(prepared, mappings, part, parts);
  const invokers = [...encoded.lists.flat(), ...encoded.breakglass];
  const isNarrowed = invokers.some(({ ip, vp, ql, ib }) => (ip ?? vp ?? ql ?? ib) !== undefined);
  const narrowed = isNarrowed ? composeNarrowingFields('told', 'called') : [];
  return `WITH
${[
  `list AS (
  SELECT CAST(json_parse(${quoteJson(encoded)}) AS ${ALLOWLIST_ROW}) AS a
)`,
  `exact AS (
  SELECT p, v, s FROM list CROSS JOIN UNNEST(list.a.exact) AS t(p, v, l, s)
)`,
  `lists AS (
  SELECT CAST(n - 1 AS integer) AS s, es || list.a.breakglass AS entries
  FROM list CROSS JOIN UNNEST(list.a.lists) WITH ORDINALITY AS t(es, n)
)`,
  ...composeCallFields(table, time),
  ...composeCallerFields(),
  ...narrowed,
  `placed AS (
  SELECT *, regexp_extract(fn, '[^:]*\\z') AS name
  FROM ${isNarrowed ? 'told' : 'called'}
)`,
  `found AS (
  SELECT placed.*, list.a.mappings AS mappings,
    CASE
      WHEN by_arn.v IS NOT NULL THEN CAST(ROW(by_arn.p, by_arn.s) AS row(p varchar, s integer))
      WHEN by_name.v IS NOT NULL THEN CAST(ROW(by_name.p, by_name.s) AS row(p varchar, s integer))
      ELSE element_at(transform(filter(list.a.globs, g -> name LIKE g.l ESCAPE '\\'), g -> CAST(ROW(g.p, g.s) AS row(p varchar, s integer))), 1)
    END AS guard
  FROM placed
  CROSS JOIN list
  LEFT JOIN exact by_arn ON by_arn.v = placed.fn
  LEFT JOIN exact by_name ON by_name.v = placed.name${parts === 1 ? '' : `\n  WHERE ${selectPart(part, parts)}`}
)`,
  `met AS (
  SELECT found.*, IF(${OWN_HEARTBEAT}, NULL, guard.p) AS guard_pointer, lists.entries AS entries
  FROM found
  LEFT JOIN lists ON lists.s = found.guard.s
)`,
  `weighed AS (
  SELECT *, transform(entries, e -> ${LISTED} || ${isNarrowed ? NARROWED : "'m'"} || ${TERM}) AS codes
  FROM met
)`,
  `chosen AS (
  SELECT *,
    array_position(codes, 'mmr') AS hit
  FROM weighed
)`,
  `judged AS (
  SELECT ${RECORD_COLUMNS.join(', ')}, fn, qualifier, caller_kind, caller, source_arn, source_account,
    CASE
      WHEN fn IS NULL THEN 'undetermined'
      WHEN guard_pointer IS NULL THEN 'unguarded'
      WHEN caller_kind = 'unknown' THEN 'undetermined'
      WHEN hit > 0 THEN 'authorized'
      WHEN ${hasOutcome('doubt')} THEN 'undetermined'
      ELSE 'unauthorized' END AS verdict,
    CASE
      WHEN fn IS NULL THEN 'noFunction'
      WHEN guard_pointer IS NULL THEN 'unguarded'
      WHEN caller_kind = 'unknown' THEN 'unknownCaller'
      WHEN hit > 0 THEN 'listed'
      WHEN ${hasOutcome('doubt')} THEN 'doubt'
      WHEN ${hasOutcome('expired')} THEN 'expired'
      WHEN ${hasOutcome('narrowed')} THEN 'narrowed'
      ELSE 'notListed' END AS reason,
    CASE
      WHEN fn IS NOT NULL AND guard_pointer IS NOT NULL AND caller_kind <> 'unknown' AND hit > 0
        THEN COALESCE(entries[hit].p, guard_pointer || '/invokers/' || CAST(hit - 1 AS varchar)) END AS entry
  FROM chosen
)`,
].join(',\n')}
${select}`;
}

/** `isOwnHeartbeat`: the file has no entry for these calls, and its globs do not count for them. */
const OWN_HEARTBEAT: Sql = [
  `fn LIKE ${quoteText(`%:function:${HEARTBEAT_TARGET_NAME}`)}`,
  "caller_kind = 'role' AND invoked_by IS NULL",
  `caller = 'arn:' || split_part(fn, ':', 2) || ':iam::' || split_part(fn, ':', 5) || ${quoteText(`:role/${HEARTBEAT_NAME}-`)} || split_part(fn, ':', 4)`,
].join(' AND ');

/** The functions of one part; a call of no function belongs to the first. */
function selectPart(part: number, parts: number): Sql {
  const hash = `from_base(substr(to_hex(sha256(to_utf8(name))), 1, ${HASH_DIGITS}), 16)`;
  return `COALESCE(${hash} % ${parts}, 0) = ${part}`;
}
