import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, type AwsClients, connectAs } from './aws-clients.ts';
import { composeChildEnvironment, type Keys } from './child-environment.ts';
import { LAB_REGION, type LocalAws, startLocalAws } from './local-aws.ts';

/** One local AWS of a run, and how to work in it as root. */
export interface Stage {
  /** Root of the checkout, where `cdk.json` is. */
  readonly checkout: string;
  /** The run's own folder for logs and temporary files. */
  readonly folder: string;
  readonly aws: Address;
  /** Clients of the account's root user. */
  readonly root: AwsClients;
  /** Environment for the CDK CLI and the `invokeguard` command: this local AWS as root, and nothing of the user's. */
  readonly childEnvironment: Readonly<Record<string, string>>;
}

/** The stage of the first act: the local AWS that the app is deployed to. */
export interface Lab extends Stage {
  readonly aws: LocalAws;
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
  return { ...setUpStage(checkout, folder, aws, aws.rootKeys), aws };
}

/** Puts together how to work in a local AWS as root. */
export function setUpStage(checkout: string, folder: string, aws: Address, rootKeys: Keys): Stage {
  return {
    checkout,
    folder,
    aws,
    root: connectAs(aws, rootKeys),
    childEnvironment: composeChildEnvironment(folder, {
      AWS_ENDPOINT_URL: aws.endpoint,
      ...(aws.certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: aws.certificate.certificatePath }),
      AWS_REGION: LAB_REGION,
      AWS_DEFAULT_REGION: LAB_REGION,
      AWS_ACCESS_KEY_ID: rootKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootKeys.secretAccessKey,
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
