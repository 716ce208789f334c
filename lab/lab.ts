import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsClients, connectAs } from './aws-clients.ts';
import { composeChildEnvironment } from './child-environment.ts';
import { LAB_REGION, type LocalAws, startLocalAws } from './local-aws.ts';

/** One run of the lab: its local AWS, and a folder of its own for logs and temporary files. */
export interface Lab {
  /** Root of the checkout, where `cdk.json` is. */
  readonly checkout: string;
  readonly folder: string;
  readonly aws: LocalAws;
  /** Clients of the account's root user. */
  readonly root: AwsClients;
  /** Environment for the CDK CLI and the `invokeguard` command: this local AWS as root, and nothing of the user's. */
  readonly childEnvironment: Readonly<Record<string, string>>;
}

/** Makes the folder for one run; the logs that a failure points to are in it. */
export function makeLabFolder(checkout: string): string {
  mkdirSync(join(checkout, '.lab'), { recursive: true });
  const folder = mkdtempSync(join(checkout, '.lab', 'run-'));
  // The local AWS unpacks functions below this folder; without it they would inherit the checkout's `type: module`.
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  return folder;
}

/** Starts a local AWS in the folder. */
export async function openLab(checkout: string, folder: string): Promise<Lab> {
  const aws = await startLocalAws(checkout, folder);
  return {
    checkout,
    folder,
    aws,
    root: connectAs(aws, aws.rootKeys),
    childEnvironment: composeChildEnvironment(folder, {
      AWS_ENDPOINT_URL: aws.endpoint,
      NODE_EXTRA_CA_CERTS: aws.certificate.certificatePath,
      AWS_REGION: LAB_REGION,
      AWS_DEFAULT_REGION: LAB_REGION,
      AWS_ACCESS_KEY_ID: aws.rootKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.rootKeys.secretAccessKey,
      CDK_HOME: join(folder, 'cdk-home'),
      CDK_DISABLE_VERSION_CHECK: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
    }),
  };
}

/** The last warnings of the local AWS, which say why a function did not start or a message was not taken. */
export function readLastWarnings(aws: Pick<LocalAws, 'logPath'>): readonly string[] {
  const lines = readFileSync(aws.logPath, 'utf8').split('\n');
  return lines.filter((line) => / (?:WARNING|ERROR) /.test(line)).slice(-WARNINGS_SHOWN);
}

const WARNINGS_SHOWN = 3;

/** Removes what a run left on the disk. */
export function removeLabFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
