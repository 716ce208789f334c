import { explainFailure } from '../../../core/athena/query-failure.ts';

const TABLE = { database: 'invokeguard', table: 'cloudtrail' };

describe('a query that did not succeed', () => {
  it.each([
    ['cancelled', 'Query cancelled! : Bytes scanned limit was exceeded', 'athenaScanLimitGb'],
    ['cancelled', 'Query was cancelled by user', 'cancelled by somebody else'],
    ['cancelled', '', 'run it again'],
    [
      'failed',
      'TABLE_NOT_FOUND: line 8:8: Table awsdatacatalog.invokeguard.cloudtrail does not exist',
      '-c athena=true',
    ],
    ['failed', "COLUMN_NOT_FOUND: line 3:1: Column 'eventid' cannot be resolved", 'lacks a column'],
    [
      'failed',
      'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException',
      'move it out of the folders',
    ],
    ['failed', 'HIVE_BAD_DATA: Error parsing field value', 'move it out of the folders'],
    [
      'failed',
      'Insufficient permissions to execute the query. Access denied when reading from S3',
      's3:GetObject',
    ],
    ['failed', 'The ciphertext refers to a key: KMS access denied', 'kms:Decrypt'],
    ['failed', 'Query exhausted resources at this scale factor', 'less time'],
    ['failed', 'INTERNAL: something new', 'the query failed (INTERNAL: something new)'],
  ] as const)('%s with `%s` is told with what to do', (state, said, words) => {
    const told = explainFailure({ state, said, scannedBytes: 0 }, TABLE);
    expect(told).toContain(words);
    if (said !== '') expect(told).toContain(said);
  });
});
