import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import type { QueryEngine, QueryProgress } from '../core/athena/query-engine.ts';
import { explainFailure } from '../core/athena/query-failure.ts';
import { priceScans } from '../core/athena/scan-cost.ts';
import { printSafely } from '../core/text.ts';
import type { AthenaOptions } from './athena-options.ts';
import { type ResultRow, rejudgeRow } from './athena-rows.ts';
import { composeResult, describeBytes, describeUsd } from './athena-text.ts';
import type { CommandIo, ExitCode } from './command-io.ts';
import { createProgress } from './progress.ts';
import { createFormatter } from './replay-line.ts';

/** What a query is judged by, and what it was compiled to. */
export interface RunInput {
  readonly sql: readonly string[];
  readonly allowlist: Allowlist;
  readonly mappings: ResolvedMappings;
}

/** Waits before the next look at a query. */
export type Wait = (ms: number) => Promise<void>;

const LOOK_AFTER_MS = [250, 500, 1_000, 2_000] as const;

/** What has been read of all queries together. */
interface Reading {
  readonly columns: readonly string[];
  readonly rows: readonly ResultRow[];
  readonly scannedBytes: number;
}

/** Runs the queries one after the other, shows how far they are, and prints what they found. */
export async function runQueries(
  input: RunInput,
  options: Pick<AthenaOptions, 'query' | 'table' | 'workgroup' | 'format'>,
  engine: QueryEngine,
  wait: Wait,
  io: CommandIo,
): Promise<ExitCode> {
  const reading = await readAll(input.sql, options, engine, wait, io);
  if (typeof reading === 'string') {
    io.writeErr(`invokeguard athena: ${printSafely(reading)}\n`);
    return 1;
  }
  const code =
    options.query.name === 'violations'
      ? printViolations(reading.rows, input, options, io)
      : printRows(reading, options, io);
  const usd = priceScans(reading.scannedBytes / input.sql.length, input.sql.length);
  io.writeErr(`scanned ${describeBytes(reading.scannedBytes)}: ${describeUsd(usd)}\n`);
  return code;
}

/** All rows of all queries; a text where one of them did not succeed. */
async function readAll(
  sql: readonly string[],
  { table, workgroup }: Pick<AthenaOptions, 'table' | 'workgroup'>,
  engine: QueryEngine,
  wait: Wait,
  io: CommandIo,
): Promise<Reading | string> {
  const progress = createProgress(io);
  const startMs = io.nowMs();
  const rows: ResultRow[] = [];
  let columns: readonly string[] = [];
  let scannedBytes = 0;
  let asked: 'no' | 'stop' = 'no';
  const forget = io.onInterrupt?.(() => {
    asked = 'stop';
  });
  try {
    for (const [index, query] of sql.entries()) {
      const id = await engine.start(query, table.database, workgroup);
      const part = sql.length === 1 ? '' : `query ${index + 1} of ${sql.length}, `;
      const end = await follow(id);
      if (end === 'interrupted')
        return `interrupted: the query ${id} was stopped, what it had scanned is charged`;
      if (end.state !== 'succeeded') return explainFailure(end, table);
      scannedBytes += end.scannedBytes;
      for await (const page of engine.readResult(id)) {
        columns = page.columns;
        for (const values of page.rows) {
          rows.push(Object.fromEntries(page.columns.map((name, at) => [name, values[at] ?? null])));
        }
        progress.show(`${part}${rows.length} rows read`);
      }

      async function follow(running: string): Promise<QueryProgress | 'interrupted'> {
        for (let look = 0; ; look += 1) {
          const now = await engine.readProgress(running);
          if (now.state !== 'waiting' && now.state !== 'running') return now;
          if (asked === 'stop') {
            await engine.stop(running);
            return 'interrupted';
          }
          const seconds = Math.round((io.nowMs() - startMs) / 1000);
          progress.show(
            `${part}${now.state}, ${describeBytes(scannedBytes + now.scannedBytes)} scanned, ${seconds} s`,
          );
          await wait(LOOK_AFTER_MS[Math.min(look, LOOK_AFTER_MS.length - 1)] ?? 0);
        }
      }
    }
  } finally {
    forget?.();
    progress.clear();
  }
  return { columns, rows, scannedBytes };
}

function printRows(
  { columns, rows }: Reading,
  { query, format }: Pick<AthenaOptions, 'query' | 'format'>,
  io: CommandIo,
): ExitCode {
  io.writeOut(composeResult(query.name, columns, rows, format));
  io.writeErr(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}\n`);
  return 0;
}

/** Prints the calls as `replay` does, each eventID once; and says where query and core do not agree. */
function printViolations(
  rows: readonly ResultRow[],
  { allowlist, mappings }: RunInput,
  { format }: Pick<AthenaOptions, 'format'>,
  io: CommandIo,
): ExitCode {
  const formatter = createFormatter(format);
  const seen = new Set<string>();
  const counts = { unauthorized: 0, undetermined: 0, authorized: 0, unguarded: 0 };
  let duplicates = 0;
  let different = 0;
  let text = formatter.open;
  for (const row of rows) {
    const judged = rejudgeRow(row, allowlist, mappings);
    if (judged.kind === 'unreadable') {
      different += 1;
      continue;
    }
    const { line } = judged;
    if (line.eventID !== null && seen.has(line.eventID)) {
      duplicates += 1;
      continue;
    }
    if (line.eventID !== null) seen.add(line.eventID);
    if (judged.agreement === 'different') different += 1;
    counts[line.verdict] += 1;
    if (line.verdict === 'unauthorized' || line.verdict === 'undetermined') text += formatter.format(line);
  }
  io.writeOut(`${text}${formatter.close()}`);
  io.writeErr(`calls: ${counts.unauthorized} unauthorized, ${counts.undetermined} undetermined\n`);
  if (duplicates > 0) io.writeErr(`duplicates: ${duplicates} with an eventID that was there before\n`);
  if (different > 0) {
    io.writeErr(
      `warning: of ${different} calls the query says something else than the command: the table is not the one that the app makes, or this is a fault of Invokeguard; please report it\n`,
    );
    return 1;
  }
  return counts.unauthorized + counts.undetermined > 0 ? 3 : 0;
}
