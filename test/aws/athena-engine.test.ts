import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  InvalidRequestException,
  MetadataException,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { AthenaEngine } from '../../aws/athena-engine.ts';
import { composeSdkError } from './sdk-errors.ts';

const athena = mockClient(AthenaClient);
const engine = new AthenaEngine(new AthenaClient({ region: 'eu-west-1' }));
beforeEach(() => athena.reset());

const METADATA = {};
const invalid = (message: string): InvalidRequestException =>
  new InvalidRequestException({ message, $metadata: METADATA });

describe('AthenaEngine', () => {
  it('starts a query in the workgroup and the database', async () => {
    athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' });
    expect(await engine.start('SELECT 1', 'invokeguard', 'team')).toBe('q1');
    expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
      QueryString: 'SELECT 1',
      WorkGroup: 'team',
      QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: 'invokeguard' },
    });
  });

  it('names the workgroup that does not take a query, and the right that is missing', async () => {
    athena.on(StartQueryExecutionCommand).rejects(invalid('WorkGroup is not found.'));
    await expect(engine.start('SELECT 1', 'invokeguard', 'team')).rejects.toThrow(
      'the workgroup `team` did not take the query (InvalidRequestException: WorkGroup is not found.)',
    );
    athena.on(StartQueryExecutionCommand).rejects(composeSdkError('AccessDeniedException', 400));
    await expect(engine.start('SELECT 1', 'invokeguard', 'team')).rejects.toThrow(
      '`athena:StartQueryExecution` is not allowed',
    );
  });

  it('tells how far a query is, and why it ended', async () => {
    athena.on(GetQueryExecutionCommand).resolves({
      QueryExecution: {
        Status: { State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' },
        Statistics: { DataScannedInBytes: 12 },
      },
    });
    expect(await engine.readProgress('q1')).toEqual({
      state: 'cancelled',
      scannedBytes: 12,
      said: 'Bytes scanned limit was exceeded',
    });
  });

  it('reads all pages of a result; only the first has the names of the columns as a row', async () => {
    const metadata = { ColumnInfo: [{ Name: 'fn', Type: 'varchar' }] };
    const row = (text?: string): object => ({ Data: [text === undefined ? {} : { VarCharValue: text }] });
    athena
      .on(GetQueryResultsCommand, { NextToken: undefined })
      .resolves({
        ResultSet: { ResultSetMetadata: metadata, Rows: [row('fn'), row('a')] },
        NextToken: 'more',
      })
      .on(GetQueryResultsCommand, { NextToken: 'more' })
      .resolves({ ResultSet: { ResultSetMetadata: metadata, Rows: [row('fn'), row()] } });
    const pages = [];
    for await (const page of engine.readResult('q1')) pages.push(page.rows);
    expect(pages).toEqual([[['a']], [['fn'], [null]]]);
  });

  it('tells a table and a workgroup that are not there from those that may not be looked at', async () => {
    athena
      .on(GetTableMetadataCommand)
      .rejectsOnce(
        new MetadataException({ message: 'EntityNotFoundException: Entity Not Found', $metadata: METADATA }),
      )
      .rejects(
        new MetadataException({
          message: 'AccessDeniedException: not authorized to perform: glue:GetTable',
          $metadata: METADATA,
        }),
      );
    expect(await engine.describeTable('invokeguard', 'cloudtrail')).toEqual({ kind: 'missing' });
    await expect(engine.describeTable('invokeguard', 'cloudtrail')).rejects.toThrow('allow `glue:GetTable`');
    athena.on(GetWorkGroupCommand).rejects(invalid('WorkGroup is not found.'));
    expect(await engine.describeWorkgroup('team')).toEqual({ kind: 'missing' });
  });

  it("reads the workgroup's limit, and stops queries", async () => {
    athena
      .on(GetWorkGroupCommand)
      .resolves({ WorkGroup: { Name: 'team', Configuration: { BytesScannedCutoffPerQuery: 5e10 } } });
    expect(await engine.describeWorkgroup('team')).toEqual({ kind: 'workgroup', scanLimitBytes: 5e10 });
    athena.on(StopQueryExecutionCommand).resolves({});
    await engine.stop('q1');
    expect(athena.commandCalls(StopQueryExecutionCommand)).toHaveLength(1);
  });
});
