import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage, FileSystem, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { REMEDIATOR_NAME } from '../core/guard.ts';
import { allowLogGroups } from './key-grants.ts';
import { REMEDIATION_TIMEOUT } from './remediation-queue.ts';
import { grantRemediation } from './remediation-rights.ts';

/** Namespace of the function's own metrics. */
export const METRICS_NAMESPACE = 'Invokeguard';
/** The dimension `service` of those metrics, and the service's name in the log. */
export const SERVICE_NAME = 'invokeguard';

/**
 * Batches worked on at once. Two is the least that SQS takes, and enough: only violations reach AWS's control plane,
 * which gives all of an account's tools together 15 requests a second.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_CONCURRENCY = 2;

/** What the remediation function is made of. */
export interface RemediationFunctionProps {
  readonly allowlist: Allowlist;
  /** Folder with the built `index.js`. */
  readonly bundleFolder: string;
  readonly queue: IQueue;
  readonly ledger: Table;
  readonly alertTopic: ITopic;
  readonly encryptionKey: IKey | undefined;
  /** What becomes of the function's log when the stack goes. */
  readonly logRemovalPolicy: RemovalPolicy;
}

/** Makes the function that the queue feeds, with its role, its log group and the allowlist beside its bundle. */
export function createRemediationFunction(
  scope: Construct,
  id: string,
  props: RemediationFunctionProps,
): Function {
  const stack = Stack.of(scope);
  const { allowlist, queue, ledger, alertTopic, encryptionKey } = props;
  if (encryptionKey !== undefined) allowLogGroups(encryptionKey, stack);
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: props.logRemovalPolicy,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  grantRemediation(role, allowlist, { queue, ledger, alertTopic, logGroup, encryptionKey });
  const remediator = new Function(scope, id, {
    // Fixed, so that trail and rule can leave out exactly this function.
    functionName: REMEDIATOR_NAME,
    description: 'Judges calls of Lambda functions against the allowlist, contains and alerts',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: bundleWithAllowlist(props.bundleFolder, allowlist),
    memorySize: 512,
    timeout: REMEDIATION_TIMEOUT,
    role,
    logGroup,
    environment: {
      LEDGER_TABLE_NAME: ledger.tableName,
      ALERT_TOPIC_ARN: alertTopic.topicArn,
      GUARD_ACCOUNT: stack.account,
      GUARD_REGION: stack.region,
      GUARD_NAME: REMEDIATOR_NAME,
      POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
      POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    },
    ...(encryptionKey === undefined ? {} : { environmentEncryption: encryptionKey }),
  });
  const mapping = remediator.addEventSourceMapping('Queue', {
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    reportBatchItemFailures: true,
    maxConcurrency: MAX_CONCURRENCY,
  });
  // Lambda checks the role's rights on the queue when the mapping is made.
  mapping.node.addDependency(role);
  return remediator;
}

/**
 * Stages the built bundle and the compiled allowlist as one asset. A hash of both tells CDK when to upload again, and
 * keeps two guards of one app apart.
 */
function bundleWithAllowlist(bundleFolder: string, allowlist: Allowlist): Code {
  if (!existsSync(join(bundleFolder, 'index.js'))) {
    throw new Error(
      `\`${bundleFolder}\` has no \`index.js\`: build the bundle first, with \`npm run build\``,
    );
  }
  const allowlistText = JSON.stringify(allowlist);
  return Code.fromAsset(bundleFolder, {
    assetHashType: AssetHashType.CUSTOM,
    assetHash: FileSystem.fingerprint(bundleFolder, { extraHash: allowlistText }),
    bundling: {
      // Never pulled: the local bundling below always does the work.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(outputFolder: string): boolean {
          cpSync(bundleFolder, outputFolder, { recursive: true });
          writeFileSync(join(outputFolder, 'allowlist.json'), allowlistText);
          return true;
        },
      },
    },
  });
}
