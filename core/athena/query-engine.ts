import type { Sql } from './sql-text.ts';

/** How far a query has come. */
export interface QueryProgress {
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly scannedBytes: number;
  /** What the engine said of a query that failed or was cancelled; empty where it said nothing. */
  readonly said: string;
}

/** One page of a result; a value that is NULL is null, everything else is a text. */
export interface ResultPage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What the catalogue says of a table: its properties, by which partitions are projected. */
export type TableDescription =
  | { readonly kind: 'table'; readonly properties: Readonly<Record<string, string>> }
  | { readonly kind: 'missing' };

/** What a workgroup allows. */
export type WorkgroupDescription =
  | { readonly kind: 'workgroup'; readonly scanLimitBytes: number | null }
  | { readonly kind: 'missing' };

/** An engine that runs queries over logs. Everything it throws is a `ContainmentError` with what to do about it. */
export interface QueryEngine {
  /** Starts a query and answers its id. */
  start(sql: Sql, database: string, workgroup: string): Promise<string>;
  readProgress(id: string): Promise<QueryProgress>;
  readResult(id: string): AsyncIterable<ResultPage>;
  stop(id: string): Promise<void>;
  describeTable(database: string, table: string): Promise<TableDescription>;
  describeWorkgroup(workgroup: string): Promise<WorkgroupDescription>;
}
