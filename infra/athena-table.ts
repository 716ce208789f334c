import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import {
  composeLocation,
  composeProjection,
  LOG_COLUMNS,
  LOG_FORMAT,
  type LogPlace,
  type LogTable,
  PARTITION_KEYS,
} from '../core/athena/log-table.ts';

/**
 * Makes the Glue database and the table over a trail's bucket. Nothing has to be loaded into it: its partitions are
 * projected from CloudTrail's own layout of accounts, Regions and days.
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export function createLogTable(
  scope: Construct,
  names: LogTable,
  place: LogPlace,
  account: string,
): CfnTable {
  const database = new CfnDatabase(scope, 'Database', {
    catalogId: account,
    databaseInput: { name: names.database, description: 'Invokeguard: the records of the trail' },
  });
  const table = new CfnTable(scope, 'Table', {
    catalogId: account,
    databaseName: names.database,
    tableInput: {
      name: names.table,
      description: 'CloudTrail records, one a row; nested fields as JSON text',
      tableType: 'EXTERNAL_TABLE',
      parameters: { EXTERNAL: 'TRUE', classification: 'cloudtrail', ...composeProjection(place) },
      partitionKeys: PARTITION_KEYS.map((name) => ({ name, type: 'string' })),
      storageDescriptor: {
        location: composeLocation(place),
        inputFormat: LOG_FORMAT.inputFormat,
        outputFormat: LOG_FORMAT.outputFormat,
        serdeInfo: {
          serializationLibrary: LOG_FORMAT.serializationLibrary,
          parameters: { 'serialization.format': '1', 'case.insensitive': 'TRUE' },
        },
        columns: LOG_COLUMNS.map((name) => ({ name, type: 'string' })),
      },
    },
  });
  table.addResourceDependency(database);
  return table;
}
