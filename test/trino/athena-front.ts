import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LocalServer } from '../local-aws/server.ts';
import { runOnTrino, type TrinoResult } from './trino-client.ts';

/** What has become of a query. */
type Played =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly result: TrinoResult }
  | { readonly kind: 'failed'; readonly said: string };

const ROWS_A_PAGE = 100;

/**
 * Stands before ministack and plays the part of Athena that runs queries: on Trino, to which the query goes as it is.
 * Everything else, the table and the workgroup included, ministack answers itself.
 */
export async function startAthenaFront(aws: string, trino: string): Promise<LocalServer> {
  const queries = new Map<string, Played>();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const target = String(request.headers['x-amz-target'] ?? '');
    const played = target.startsWith('AmazonAthena.') ? play(target.slice(13), body) : undefined;
    if (played !== undefined) {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(played));
      return;
    }
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const passed = await fetch(`${aws}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length === 0 ? {} : { body }),
    });
    response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await passed.arrayBuffer()));
  }

  function play(action: string, body: Buffer): object | undefined {
    const input = JSON.parse(body.toString()) as Readonly<Record<string, string>>;
    const id = input['QueryExecutionId'] ?? '';
    switch (action) {
      case 'StartQueryExecution':
        return { QueryExecutionId: start(input['QueryString'] ?? '') };
      case 'GetQueryExecution':
        return { QueryExecution: describe(queries.get(id)) };
      case 'GetQueryResults':
        return page(queries.get(id), Number(input['NextToken'] ?? 0));
      default:
        return undefined;
    }
  }

  function start(sql: string): string {
    const id = randomUUID();
    queries.set(id, { kind: 'running' });
    runOnTrino(trino, sql).then(
      (result) => queries.set(id, { kind: 'done', result }),
      (error: unknown) => queries.set(id, { kind: 'failed', said: String(error) }),
    );
    return id;
  }
}

function describe(played: Played | undefined): object {
  if (played?.kind === 'done')
    return { Status: { State: 'SUCCEEDED' }, Statistics: { DataScannedInBytes: 1 } };
  if (played?.kind === 'failed') return { Status: { State: 'FAILED', StateChangeReason: played.said } };
  return { Status: { State: 'RUNNING' } };
}

function page(played: Played | undefined, from: number): object {
  const { columns, rows } = played?.kind === 'done' ? played.result : { columns: [], rows: [] };
  const write = (values: readonly unknown[]): object => ({
    Data: values.map((value) =>
      value === null ? {} : { VarCharValue: typeof value === 'string' ? value : JSON.stringify(value) },
    ),
  });
  const some = rows.slice(from, from + ROWS_A_PAGE).map(write);
  return {
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: columns.map((Name) => ({ Name, Type: 'varchar' })) },
      Rows: from === 0 ? [write(columns), ...some] : some,
    },
    ...(from + ROWS_A_PAGE < rows.length ? { NextToken: String(from + ROWS_A_PAGE) } : {}),
  };
}
