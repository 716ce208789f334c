// The same question to DuckDB, told the columns that it needs, so that it builds no others. It judges nothing.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, installed, threads] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(join(installed, 'package.json'))('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(`
  with records as (
    select unnest(Records) as r from read_json('${folder}/*.json.gz', maximum_object_size = 268435456, columns = {
      Records: 'STRUCT(eventSource VARCHAR, eventName VARCHAR,
        userIdentity STRUCT(invokedBy VARCHAR, arn VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(arn VARCHAR))),
        requestParameters STRUCT(sourceArn VARCHAR), resources STRUCT(ARN VARCHAR)[])[]'}))
  select r.resources[1].ARN, coalesce(r.userIdentity.sessionContext.sessionIssuer.arn, r.userIdentity.arn,
    r.userIdentity.invokedBy || ' ' || r.requestParameters.sourceArn), count(*)
  from records where r.eventSource = 'lambda.amazonaws.com' and r.eventName = 'Invoke' group by all`);
const rows = reader.getRows();
console.log(
  rows.reduce((sum, [, , count]) => sum + Number(count), 0),
  rows.length,
);
