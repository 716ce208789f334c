// The plain loop that a person would write: inflate, JSON.parse, count calls by function and caller. It judges nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = process.argv[2];
const counts = new Map();
for (const name of readdirSync(folder).sort()) {
  const { Records } = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString());
  for (const { eventSource, eventName, userIdentity, requestParameters, resources } of Records) {
    if (eventSource !== 'lambda.amazonaws.com' || eventName !== 'Invoke') continue;
    const caller =
      userIdentity.sessionContext?.sessionIssuer?.arn ??
      userIdentity.arn ??
      `${userIdentity.invokedBy} ${requestParameters?.sourceArn}`;
    const key = `${resources[0].ARN} ${caller}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
console.log(
  [...counts.values()].reduce((sum, count) => sum + count, 0),
  counts.size,
);
