import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import type { ResolvedMappings } from '../../core/allowlist/invoker-match.ts';
import { DEFAULT_TABLE, LOG_COLUMNS, nameTable, PARTITION_KEYS } from '../../core/athena/log-table.ts';
import { quoteText } from '../../core/athena/sql-text.ts';
import { composeVerdictQueries } from '../../core/athena/verdict-query.ts';
import { identifyCaller } from '../../core/caller/caller.ts';
import type { JsonObject } from '../../core/json.ts';
import { parseInvocation } from '../../core/record/invocation.ts';
import { decideInvocation } from '../../core/verdict/decision.ts';
import { type LogRow, readLogRow } from './log-rows.ts';
import { runOnTrino } from './trino-client.ts';

const TABLE = DEFAULT_TABLE;
const TIME = { kind: 'window', sinceMs: 0, untilMs: Date.parse('2100-01-01T00:00:00Z') } as const;
const ROWS_A_STATEMENT = 250;

/** What is compared of one call, as one text. */
export type Said = string;

/** A row of the table, and the day of the folder that it would lie in. */
export interface FiledRow {
  readonly row: LogRow;
  /** As in the keys: `2026/11/21`. */
  readonly day: string;
}

/** Makes the table that the queries read, with the columns that the CDK app gives it, and fills it. */
export async function fillTable(endpoint: string, rows: readonly FiledRow[]): Promise<void> {
  await runOnTrino(endpoint, `CREATE SCHEMA IF NOT EXISTS ${TABLE.database}`);
  await runOnTrino(endpoint, `DROP TABLE IF EXISTS ${nameTable(TABLE)}`);
  const columns = [...LOG_COLUMNS, ...PARTITION_KEYS].map((name) => `${name} varchar`);
  await runOnTrino(endpoint, `CREATE TABLE ${nameTable(TABLE)} (${columns.join(', ')})`);
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const values = rows.slice(from, from + ROWS_A_STATEMENT).map(({ row, day }) => {
      const texts = [...row, '111122223333', 'eu-west-1', day];
      return `(${texts.map((text) => (text === null ? 'NULL' : quoteText(text))).join(', ')})`;
    });
    await runOnTrino(endpoint, `INSERT INTO ${nameTable(TABLE)} VALUES ${values.join(',\n')}`);
  }
}

/** Rows that are known again by their place: an eventID may be missing, or stand in many records. */
export function numberRows(records: readonly JsonObject[]): readonly FiledRow[] {
  return records.map((record, index) => ({
    row: readLogRow({ ...record, userAgent: String(index) }),
    day: '2026/11/21',
  }));
}

/** What the core says of each record; null of those that are no calls. */
export function judgeByCore(
  records: readonly JsonObject[],
  allowlist: Allowlist,
  mappings: ResolvedMappings,
): readonly (Said | null)[] {
  return records.map((record) => {
    const parsed = parseInvocation(record);
    if (parsed.kind !== 'invocation') return null;
    const caller = identifyCaller(parsed);
    const { verdict, reason, entry } = decideInvocation(parsed, caller, allowlist, mappings);
    return say([
      verdict,
      entry?.pointer ?? null,
      nameReason(reason, verdict),
      parsed.functionArn,
      parsed.qualifier,
      caller.kind,
    ]);
  });
}

/** What the queries say of each record; null of those that they do not know as calls. */
export async function judgeBySql(
  endpoint: string,
  count: number,
  allowlist: Allowlist,
  mappings: ResolvedMappings,
): Promise<readonly (Said | null)[]> {
  const said: (Said | null)[] = Array.from({ length: count }, () => null);
  const select = 'SELECT useragent, verdict, entry, reason, fn, qualifier, caller_kind FROM judged';
  for (const sql of composeVerdictQueries({ allowlist, mappings, table: TABLE, time: TIME, select })) {
    for (const [place, ...rest] of (await runOnTrino(endpoint, sql)).rows) {
      const index = Number(place);
      if (said[index] !== null) throw new Error(`record ${index} is judged twice`);
      said[index] = say(rest);
    }
  }
  return said;
}

function say(values: readonly unknown[]): Said {
  return JSON.stringify(values);
}

/** The kind of a reason, from its sentence: the core has sentences only. */
function nameReason(reason: string, verdict: string): string {
  if (verdict === 'authorized') return 'listed';
  if (verdict === 'unguarded') return 'unguarded';
  if (reason === 'the record names no function that can be read') return 'noFunction';
  if (reason === 'the record does not say who called') return 'unknownCaller';
  if (verdict === 'undetermined') return 'doubt';
  if (reason === 'the entry that lists this caller has expired') return 'expired';
  return reason.startsWith('an entry lists this caller for other calls') ? 'narrowed' : 'notListed';
}
