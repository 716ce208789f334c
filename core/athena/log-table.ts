import { quoteName, type Sql } from './sql-text.ts';

/** Which table holds the trail's records. */
export interface LogTable {
  readonly database: string;
  readonly table: string;
}

/** The names that the CDK app gives, and that the command takes where nobody says others. */
export const DEFAULT_TABLE: LogTable = { database: 'invokeguard', table: 'cloudtrail' };

/** The workgroup that the CDK app makes. */
export const DEFAULT_WORKGROUP = 'invokeguard';

/**
 * The columns of the table, all of them text: what is an object or an array in a record is its JSON. AWS's own example
 * makes structs of `userIdentity`, `resources` and `tlsDetails`; those lose every field that nobody foresaw, the type of
 * a value, and whether `ARN` was written in capitals, all of which the core looks at.
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
 */
export const LOG_COLUMNS = [
  'eventversion',
  'eventid',
  'eventtime',
  'eventsource',
  'eventname',
  'eventtype',
  'eventcategory',
  'awsregion',
  'recipientaccountid',
  'useridentity',
  'sourceipaddress',
  'useragent',
  'vpcendpointid',
  'errorcode',
  'errormessage',
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'resources',
  'tlsdetails',
  'requestid',
  'sharedeventid',
  'readonly',
] as const;

/** How CloudTrail lays out its keys; the engine makes the partitions up from these instead of looking them up. */
export const PARTITION_KEYS = ['account', 'region', 'day'] as const;

/**
 * How the objects are read. The input format of AWS's own example hands out each element of `Records` as a row, so that
 * a file may be larger than the 32 MB that one row may have. Its SerDe, Hive's, reads an object into a column of text
 * only where the input format has made a text of it before; on Trino it refuses the file. The OpenX SerDe writes
 * objects and lists as JSON, whichever they are.
 * @see https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html
 */
export const LOG_FORMAT = {
  inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
} as const;

/** What a table's partitions are made up from. */
export interface LogPlace {
  /** Name of the trail's bucket. */
  readonly bucket: string;
  /** What stands before the account in the keys, with a slash at the end: `AWSLogs/`, or `AWSLogs/o-example/`. */
  readonly prefix: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** The first day with logs, as `2026-01-01`. */
  readonly since: string;
}

/**
 * The table properties of partition projection. A query that names days, accounts or Regions reads only their folders.
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export function composeProjection(place: LogPlace): Readonly<Record<string, string>> {
  return {
    'projection.enabled': 'true',
    'projection.account.type': 'enum',
    'projection.account.values': place.accounts.join(','),
    'projection.region.type': 'enum',
    'projection.region.values': place.regions.join(','),
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy/MM/dd',
    'projection.day.range': `${place.since.replaceAll('-', '/')},NOW+1DAYS`,
    'projection.day.interval': '1',
    'projection.day.interval.unit': 'DAYS',
    'storage.location.template': `s3://${place.bucket}/${place.prefix}\${account}/CloudTrail/\${region}/\${day}/`,
  };
}

/** Where the table as a whole lies: Athena wants a location even where the projection names every folder. */
export function composeLocation({ bucket, prefix }: Pick<LogPlace, 'bucket' | 'prefix'>): string {
  return `s3://${bucket}/${prefix}`;
}

/** The table as it stands in a query. */
export function nameTable({ database, table }: LogTable): Sql {
  return `${quoteName(database)}.${quoteName(table)}`;
}
