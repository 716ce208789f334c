/** The rows of a query, as Trino's protocol gives them. */
export type TrinoRows = readonly (readonly unknown[])[];

interface Page {
  readonly nextUri?: string;
  readonly data?: TrinoRows;
  readonly columns?: readonly { readonly name: string }[];
  readonly error?: { readonly errorName: string; readonly message: string };
}

/** What a query gave. */
export interface TrinoResult {
  readonly columns: readonly string[];
  readonly rows: TrinoRows;
}

/**
 * Runs one statement on a Trino and reads its result to the end. Throws what Trino says is wrong with it.
 * @see https://trino.io/docs/current/develop/client-protocol.html
 */
export async function runOnTrino(endpoint: string, sql: string): Promise<TrinoResult> {
  const headers = { 'X-Trino-User': 'test', 'X-Trino-Catalog': 'memory', 'X-Trino-Schema': 'default' };
  let page = (await (
    await fetch(`${endpoint}/v1/statement`, { method: 'POST', body: sql, headers })
  ).json()) as Page;
  const rows: (readonly unknown[])[] = [];
  let columns: readonly string[] = [];
  for (;;) {
    if (page.error !== undefined) throw new Error(`${page.error.errorName}: ${page.error.message}`);
    for (const row of page.data ?? []) rows.push(row);
    columns = page.columns?.map(({ name }) => name) ?? columns;
    if (page.nextUri === undefined) return { columns, rows };
    page = (await (await fetch(page.nextUri, { headers })).json()) as Page;
  }
}
