import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { buildClients } from '../../aws/clients.ts';
import { DynamodbLedger } from '../../aws/dynamodb-ledger.ts';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import { SnsAlertPublisher } from '../../aws/sns-alert-publisher.ts';
import { SYSTEM_CLOCK } from '../../aws/system-clock.ts';
import type { RemediationPorts } from '../../containment/remediation.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { nameGuard } from '../../core/guard.ts';
import { parseEnvironment } from './environment.ts';
import { handleMessage, type Telemetry } from './message-handler.ts';

const environment = parseEnvironment(process.env);
const guard = nameGuard(environment.account, environment.region, environment.guardName);
/** Compiled by the CDK app at synth and shipped beside the bundle, so that no YAML is read here. */
const allowlist = JSON.parse(readFileSync(join(__dirname, 'allowlist.json'), 'utf8')) as Allowlist;
const clients = buildClients({ region: environment.region, endpoint: process.env['AWS_ENDPOINT_URL'] });
const ports: RemediationPorts = {
  policies: new LambdaPolicyStore(clients.lambda),
  ledger: new DynamodbLedger(clients.dynamodb, environment.ledgerTableName),
  alerts: new SnsAlertPublisher(clients.sns, environment.alertTopicArn),
  clock: SYSTEM_CLOCK,
};
const telemetry: Telemetry = { logger: new Logger(), metrics: new Metrics() };
const processor = new BatchProcessor(EventType.SQS);

/**
 * The remediation function: SQS batches of CloudTrail records from EventBridge.
 *
 * Contract: a message for which `handleMessage` returns is done with and leaves the queue. One for which it throws is
 * reported as failed, alone; SQS delivers it again, and after the last try moves it to the dead-letter queue, whose
 * alarm says so. Nothing is dropped.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  telemetry.logger.addContext(context);
  try {
    return await processPartialResponse(
      event,
      (message: SQSRecord) => handleMessage(message, allowlist, guard, ports, telemetry),
      processor,
      { context, throwOnFullBatchFailure: false },
    );
  } finally {
    telemetry.metrics.publishStoredMetrics();
  }
}
