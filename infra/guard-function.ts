import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AssetHashType,
  DockerImage,
  type Duration,
  FileSystem,
  type RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { nameGuardRole, REMEDIATOR_NAME } from '../core/guard.ts';
import { grantParts, grantQueues } from './part-rights.ts';

/** Namespace of the functions' own metrics. */
export const METRICS_NAMESPACE = 'Invokeguard';
/** The dimension `service` of those metrics, and the service's name in the logs. */
export const SERVICE_NAME = 'invokeguard';

/**
 * Runs of one function at once. Two is the least that SQS takes, and enough: only violations and convergence reach
 * AWS's control plane, which gives all of an account's tools together 15 requests a second.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_CONCURRENCY = 2;

/** What all functions of the guard work with. */
export interface GuardParts {
  readonly allowlist: Allowlist;
  readonly ledger: Table;
  readonly alertTopic: ITopic;
  /** Where jobs for the converging function are put, by itself too. */
  readonly convergenceQueue: IQueue;
  readonly encryptionKey: IKey | undefined;
  /** What becomes of the functions' logs when the stack goes. */
  readonly logRemovalPolicy: RemovalPolicy;
}

/** What tells one function of the guard from the other, whatever runs it. */
export interface FunctionProps {
  readonly parts: GuardParts;
  /** Fixed, so that trail and rule can leave out exactly this function. */
  readonly name: string;
  readonly description: string;
  /** Folder with the built `index.js`. */
  readonly bundleFolder: string;
  readonly timeout: Duration;
  /** What only this function is told. @default - nothing */
  readonly environment?: Readonly<Record<string, string>>;
  /** Gives the role what the function may do to guarded functions. */
  readonly grantRights: (role: Role, allowlist: Allowlist) => void;
}

/** A function that a queue feeds. */
export interface GuardFunctionProps extends FunctionProps {
  readonly queue: IQueue;
  /** Messages in one run. */
  readonly batchSize: number;
}

/** Makes a function that a queue feeds. */
export function createGuardFunction(scope: Construct, id: string, props: GuardFunctionProps): Function {
  const { queue } = props;
  const { convergenceQueue } = props.parts;
  const { role, guardFunction } = createFunction(scope, id, props, (role) =>
    grantQueues(role, { queue, convergenceQueue }),
  );
  const mapping = guardFunction.addEventSourceMapping('Queue', {
    eventSourceArn: queue.queueArn,
    batchSize: props.batchSize,
    reportBatchItemFailures: true,
    maxConcurrency: MAX_CONCURRENCY,
  });
  // Lambda checks the role's rights on the queue when the mapping is made.
  mapping.node.addDependency(role);
  return guardFunction;
}

/** Makes a function that nothing runs yet; a schedule can. */
export function createUnfedFunction(scope: Construct, id: string, props: FunctionProps): Function {
  return createFunction(scope, id, props, () => undefined).guardFunction;
}

/** Makes a function with its role, its log group and the allowlist beside its bundle. */
function createFunction(
  scope: Construct,
  id: string,
  props: FunctionProps,
  grantTrigger: (role: Role) => void,
): { readonly role: Role; readonly guardFunction: Function } {
  const stack = Stack.of(scope);
  const { parts } = props;
  const { allowlist, ledger, alertTopic, convergenceQueue, encryptionKey } = parts;
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: parts.logRemovalPolicy,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
  const role = new Role(scope, `${id}Role`, {
    roleName: nameGuardRole(props.name, stack.region),
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  props.grantRights(role, allowlist);
  grantTrigger(role);
  grantParts(role, { ledger, alertTopic, logGroup, encryptionKey });
  const guardFunction = new Function(scope, id, {
    functionName: props.name,
    description: props.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: bundleWithAllowlist(props.bundleFolder, allowlist),
    memorySize: 512,
    timeout: props.timeout,
    role,
    logGroup,
    environment: {
      LEDGER_TABLE_NAME: ledger.tableName,
      ALERT_TOPIC_ARN: alertTopic.topicArn,
      CONVERGENCE_QUEUE_URL: convergenceQueue.queueUrl,
      GUARD_ACCOUNT: stack.account,
      GUARD_REGION: stack.region,
      // It names the guard, whichever of its functions runs: both write the same statements.
      GUARD_NAME: REMEDIATOR_NAME,
      POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
      POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      ...props.environment,
    },
    ...(encryptionKey === undefined ? {} : { environmentEncryption: encryptionKey }),
  });
  return { role, guardFunction };
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
