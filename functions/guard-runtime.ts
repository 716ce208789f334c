import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { buildClients } from '../aws/clients.ts';
import { DynamodbAlertBook } from '../aws/dynamodb-alert-book.ts';
import { DynamodbHeartbeats } from '../aws/dynamodb-heartbeats.ts';
import { DynamodbLedger } from '../aws/dynamodb-ledger.ts';
import { DynamodbMappingMemory } from '../aws/dynamodb-mapping-memory.ts';
import { DynamodbSightings } from '../aws/dynamodb-sightings.ts';
import { DynamodbTierLedger } from '../aws/dynamodb-tier-ledger.ts';
import { LambdaEventSourceMappings } from '../aws/lambda-event-source-mappings.ts';
import { LambdaFunctionTags } from '../aws/lambda-function-tags.ts';
import { LambdaPolicyStore } from '../aws/lambda-policy-store.ts';
import { LambdaQualifierDirectory } from '../aws/lambda-qualifier-directory.ts';
import { SnsAlertPublisher } from '../aws/sns-alert-publisher.ts';
import { SqsConvergenceQueue } from '../aws/sqs-convergence-queue.ts';
import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import type { ConvergencePorts } from '../containment/convergence.ts';
import type { HeartbeatPorts } from '../containment/heartbeat-ports.ts';
import type { RecordPorts } from '../containment/record-handling.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { type Guard, nameGuard } from '../core/guard.ts';
import { parseEnvironment } from './environment.ts';
import type { Telemetry } from './telemetry.ts';

/** Everything that the guard's functions work with, built once when the function starts. */
export interface GuardRuntime {
  readonly allowlist: Allowlist;
  readonly guard: Guard;
  readonly ports: Omit<RecordPorts, 'changeHistory'> & ConvergencePorts & Pick<HeartbeatPorts, 'heartbeats'>;
  readonly telemetry: Telemetry;
}

/**
 * Builds the ports from the environment and reads the allowlist that lies beside the bundle: the CDK app compiled it at
 * synth, so that no YAML is read here. Throws where the environment is incomplete.
 */
export function buildGuardRuntime(env: NodeJS.ProcessEnv, folder: string): GuardRuntime {
  const environment = parseEnvironment(env);
  const clients = buildClients({ region: environment.region, endpoint: env['AWS_ENDPOINT_URL'] });
  return {
    allowlist: JSON.parse(readFileSync(join(folder, 'allowlist.json'), 'utf8')) as Allowlist,
    guard: nameGuard(environment.account, environment.region, environment.guardName),
    ports: {
      policies: new LambdaPolicyStore(clients.lambda),
      ledger: new DynamodbLedger(clients.dynamodb, environment.ledgerTableName),
      alerts: new SnsAlertPublisher(clients.sns, environment.alertTopicArn),
      alertBook: new DynamodbAlertBook(clients.dynamodb, environment.ledgerTableName),
      convergence: new SqsConvergenceQueue(clients.sqs, environment.convergenceQueueUrl),
      mappings: new LambdaEventSourceMappings(clients.lambda),
      mappingMemory: new DynamodbMappingMemory(clients.dynamodb, environment.ledgerTableName),
      heartbeats: new DynamodbHeartbeats(clients.dynamodb, environment.ledgerTableName),
      sightings: new DynamodbSightings(clients.dynamodb, environment.ledgerTableName),
      tiers: new DynamodbTierLedger(clients.dynamodb, environment.ledgerTableName),
      tags: new LambdaFunctionTags(clients.lambda),
      qualifiers: new LambdaQualifierDirectory(clients.lambda),
      clock: SYSTEM_CLOCK,
    },
    telemetry: { logger: new Logger(), metrics: new Metrics() },
  };
}
