import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import type { ResolvedMappings } from '../../core/allowlist/invoker-match.ts';
import { LOG_COLUMNS } from '../../core/athena/log-table.ts';
import { quoteText } from '../../core/athena/sql-text.ts';
import { composeVerdictQueries } from '../../core/athena/verdict-query.ts';
import { identifyCaller } from '../../core/caller/caller.ts';
import type { JsonObject } from '../../core/json.ts';
import { parseInvocation } from '../../core/record/invocation.ts';
import { decideInvocation } from '../../core/verdict/decision.ts';
import { readLogRow } from './log-rows.ts';
import { runOnTrino } from './trino-client.ts';

const TABLE = { database: 'default', table: 'cloudtrail' };
const TIME = { kind: 'window', sinceMs: 0, untilMs: Date.parse('2100-01-01T00:00:00Z') } as const;
const ROWS_A_STATEMENT = 250;

/** What is compared of one call, as one text. */
export type Said = string;

/** Puts records into the table that the queries read, with the columns that the CDK app gives it. */
export async function fillTable(endpoint: string, records: readonly JsonObject[]): Promise<void> {
  await runOnTrino(endpoint, 'DROP TABLE IF EXISTS cloudtrail');
  const columns = [...LOG_COLUMNS, 'account', 'region', 'day'].map((name) => `${name} varchar`);
  await runOnTrino(endpoint, `CREATE TABLE cloudtrail (${columns.join(', ')})`);
  for (let from = 0; from < records.length; from += ROWS_A_STATEMENT) {
    const rows = records.slice(from, from + ROWS_A_STATEMENT).map((record, index) => {
      // Its place is how a row is known again: an eventID may be missing, or stand in many records.
      const row = readLogRow({ ...record, userAgent: String(from + index) });
      const partition = [quoteText('111122223333'), quoteText('eu-west-1'), quoteText('2026/11/21')];
      return `(${[...row.map((text) => (text === null ? 'NULL' : quoteText(text))), ...partition].join(', ')})`;
    });
    await runOnTrino(endpoint, `INSERT INTO cloudtrail VALUES ${rows.join(',\n')}`);
  }
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
