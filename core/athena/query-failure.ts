import type { LogTable } from './log-table.ts';
import type { QueryProgress } from './query-engine.ts';

/** What failed queries are known by, and what to do about each. The first that fits counts. */
const KNOWN: readonly { readonly sign: RegExp; readonly tell: (table: LogTable) => string }[] = [
  {
    sign: /bytes scanned limit|exceeded.*(scan|bytes) limit/i,
    tell: () =>
      "the query was stopped at the workgroup's scan limit: ask for less time with --since and --until, or raise the limit (`-c athenaScanLimitGb=…`)",
  },
  {
    sign: /TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|Table .* (does not exist|not found)|(Schema|Database) .* (does not exist|not found)/i,
    tell: ({ database, table }) =>
      `there is no table \`${database}.${table}\`: deploy the app with \`-c athena=true\`, or name another with --database and --table`,
  },
  {
    sign: /COLUMN_NOT_FOUND|Column .* cannot be resolved/i,
    tell: ({ database, table }) =>
      `\`${database}.${table}\` is not the table that the app makes: it lacks a column; name another with --database and --table`,
  },
  {
    sign: /HIVE_BAD_DATA|HIVE_CURSOR_ERROR|HIVE_INVALID|malformed|not valid JSON|GENERIC_USER_ERROR.*json/i,
    tell: () =>
      'an object in the bucket is no CloudTrail log, or is damaged; Athena names it in what it says: look at it with `invokeguard replay`, then move it out of the folders of the trail',
  },
  {
    sign: /KMS/i,
    tell: () =>
      'the logs or the results are encrypted with a key that these credentials may not use: allow `kms:Decrypt` and `kms:GenerateDataKey`',
  },
  {
    sign: /Access ?Denied|Insufficient permissions|not authorized|PERMISSION_DENIED|HIVE_UNKNOWN_ERROR.*403/i,
    tell: () =>
      'these credentials may run the query, but not read what it needs: allow `s3:GetObject` and `s3:ListBucket` on the bucket of the trail, `s3:PutObject` on the bucket of the results, and `glue:GetTable`',
  },
  {
    sign: /EXCEEDED_MEMORY_LIMIT|RESOURCE_EXHAUSTED|exhausted resources|Query timeout|EXCEEDED_TIME_LIMIT/i,
    tell: () =>
      'the query takes more memory or time than Athena gives: ask for less time with --since and --until',
  },
];

/** Says in a sentence why a query did not succeed, what to do, and what the engine said. */
export function explainFailure({ state, said }: QueryProgress, table: LogTable): string {
  const known = KNOWN.find(({ sign }) => sign.test(said));
  const quoted = said === '' ? '' : ` (${said.replaceAll(/\s+/g, ' ')})`;
  if (known !== undefined) return `${known.tell(table)}${quoted}`;
  return state === 'cancelled'
    ? `the query was cancelled by somebody else, or on Athena's own pages: nothing is wrong with it, run it again${quoted}`
    : `the query failed${quoted}`;
}
