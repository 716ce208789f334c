import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { PermanentError } from '../containment/errors.ts';
import type {
  QueryEngine,
  QueryProgress,
  ResultPage,
  TableDescription,
  WorkgroupDescription,
} from '../core/athena/query-engine.ts';
import { type ClientSettings, composeClientConfig, PATIENT_LIMITS } from './clients.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

const CATALOG = 'AwsDataCatalog';

/** Builds the client of the command; no function of ours asks Athena. */
export function buildAthenaClient(settings: ClientSettings): AthenaClient {
  return new AthenaClient(composeClientConfig(settings, PATIENT_LIMITS));
}

const STATES: Readonly<Record<string, QueryProgress['state']>> = {
  QUEUED: 'waiting',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/**
 * Queries through Athena's API.
 *
 * IAM: `athena:StartQueryExecution`, `athena:GetQueryExecution`, `athena:GetQueryResults`, `athena:StopQueryExecution`,
 * `athena:GetTableMetadata`, `athena:GetWorkGroup`, and what the queries themselves need of Glue and S3.
 */
export class AthenaEngine implements QueryEngine {
  readonly #client: AthenaClient;

  constructor(client: AthenaClient) {
    this.#client = client;
  }

  async start(sql: string, database: string, workgroup: string): Promise<string> {
    try {
      const { QueryExecutionId } = await this.#client.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workgroup,
          QueryExecutionContext: { Catalog: CATALOG, Database: database },
        }),
      );
      if (QueryExecutionId !== undefined) return QueryExecutionId;
    } catch (error) {
      return refuse(
        error,
        'athena:StartQueryExecution',
        `the workgroup \`${workgroup}\` did not take the query`,
      );
    }
    throw new PermanentError(
      'QueryUnnamed',
      'Athena took the query and gave it no id: it cannot be followed',
    );
  }

  async readProgress(id: string): Promise<QueryProgress> {
    try {
      const { QueryExecution } = await this.#client.send(
        new GetQueryExecutionCommand({ QueryExecutionId: id }),
      );
      return {
        state: STATES[QueryExecution?.Status?.State ?? ''] ?? 'waiting',
        scannedBytes: QueryExecution?.Statistics?.DataScannedInBytes ?? 0,
        said: QueryExecution?.Status?.StateChangeReason ?? '',
      };
    } catch (error) {
      return refuse(error, 'athena:GetQueryExecution', `the query ${id} cannot be followed`);
    }
  }

  /** The first row of the first page names the columns. */
  async *readResult(id: string): AsyncGenerator<ResultPage> {
    let token: string | undefined;
    let isFirst = true;
    do {
      const page = await this.#readPage(id, token);
      yield { ...page, rows: isFirst ? page.rows.slice(1) : page.rows };
      isFirst = false;
      token = page.token;
    } while (token !== undefined);
  }

  async #readPage(
    id: string,
    token: string | undefined,
  ): Promise<ResultPage & { readonly token: string | undefined }> {
    try {
      const page = await this.#client.send(
        new GetQueryResultsCommand({
          QueryExecutionId: id,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      return {
        columns: (page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name }) => Name ?? ''),
        rows: (page.ResultSet?.Rows ?? []).map(({ Data }) =>
          (Data ?? []).map(({ VarCharValue }) => VarCharValue ?? null),
        ),
        token: page.NextToken,
      };
    } catch (error) {
      return refuse(
        error,
        'athena:GetQueryResults',
        `the result of the query ${id} cannot be read (it takes \`s3:GetObject\` on the bucket of the results, too)`,
      );
    }
  }

  async stop(id: string): Promise<void> {
    try {
      await this.#client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    } catch (error) {
      refuse(error, 'athena:StopQueryExecution', `the query ${id} cannot be stopped`);
    }
  }

  async describeTable(database: string, table: string): Promise<TableDescription> {
    try {
      const { TableMetadata } = await this.#client.send(
        new GetTableMetadataCommand({ CatalogName: CATALOG, DatabaseName: database, TableName: table }),
      );
      return { kind: 'table', properties: TableMetadata?.Parameters ?? {} };
    } catch (error) {
      if (isNamed(error, 'MetadataException') && /not ?found/i.test(describeFault(error))) {
        return { kind: 'missing' };
      }
      return refuse(
        error,
        'athena:GetTableMetadata',
        `the table \`${database}.${table}\` cannot be looked at`,
      );
    }
  }

  async describeWorkgroup(workgroup: string): Promise<WorkgroupDescription> {
    try {
      const { WorkGroup } = await this.#client.send(new GetWorkGroupCommand({ WorkGroup: workgroup }));
      return {
        kind: 'workgroup',
        scanLimitBytes: WorkGroup?.Configuration?.BytesScannedCutoffPerQuery ?? null,
      };
    } catch (error) {
      if (isNamed(error, 'InvalidRequestException') && /not ?found/i.test(describeFault(error))) {
        return { kind: 'missing' };
      }
      return refuse(error, 'athena:GetWorkGroup', `the workgroup \`${workgroup}\` cannot be looked at`);
    }
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Athena's own two refusals are told with what was wanted; everything else as everywhere. */
function refuse(error: unknown, action: string, what: string): never {
  if (isNamed(error, 'InvalidRequestException') || isNamed(error, 'MetadataException')) {
    // A missing right on Glue is told in the text only.
    const hint = /access ?denied|not authorized/i.test(describeFault(error))
      ? ': allow `glue:GetTable` and `glue:GetDatabase`'
      : '';
    throw new PermanentError('AthenaRefused', `${what}${hint} (${describeFault(error)})`, { cause: error });
  }
  if (classifyFault(error) === 'other' && error instanceof Error) {
    throw new PermanentError('AthenaRefused', `${what} (${describeFault(error)})`, { cause: error });
  }
  return raiseFault(error, action);
}
