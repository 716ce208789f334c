// Runs a built Lambda bundle once, as the Lambda runtime would: node run-function.mjs <bundle folder> <event file>
// Ends with code 1 where the handler throws, or reports a message of the batch as failed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [bundleFolder, eventPath] = process.argv.slice(2);
const { handler } = createRequire(import.meta.url)(join(bundleFolder, 'index.js'));
const response = await handler(JSON.parse(readFileSync(eventPath, 'utf8')), {
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  awsRequestId: 'demo',
  getRemainingTimeInMillis: () => 60_000,
});
if (response.batchItemFailures.length > 0) {
  process.stderr.write(`the handler reported failed messages: ${JSON.stringify(response)}\n`);
  process.exitCode = 1;
}
