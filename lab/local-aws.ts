import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { composeChildEnvironment, type Keys } from './child-environment.ts';

/** The account and Region that the local AWS plays. */
export const LAB_ACCOUNT = '111122223333';
export const LAB_REGION = 'eu-west-1';

/** A running local AWS. */
export interface LocalAws {
  /** Loopback only, on a port that was free. */
  readonly endpoint: string;
  /** The root user of the played account. The local AWS refuses any other key that it did not issue. */
  readonly rootKeys: Keys;
  readonly logPath: string;
  /** Stops the server and the functions it runs; safe to call twice. */
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const START_ATTEMPTS = 3;

/**
 * Starts ministack with `AUTH=true`, so that IAM policies and resource policies decide who gets in, and waits until
 * it answers. `folder` takes its log and temporary files. Throws when it does not start.
 * @see https://pypi.org/project/ministack/1.5.33/
 */
export async function startLocalAws(checkout: string, folder: string): Promise<LocalAws> {
  const logPath = join(folder, 'local-aws.log');
  const rootKeys = {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const server = spawnServer(checkout, folder, logPath, port, rootKeys);
    const endpoint = `http://127.0.0.1:${port}`;
    if (await becomesHealthy(server, endpoint)) {
      return { endpoint, rootKeys, logPath, stop: () => stopServer(server) };
    }
    await stopServer(server);
    // Somebody else may have taken the port between the search and the start.
    if (attempt === START_ATTEMPTS) {
      throw new Error(`the local AWS did not start; the end of its log:\n${readLogEnd(logPath)}`);
    }
  }
}

/** A group of its own, because the server starts one Node process a function: all of them end together. */
function spawnServer(
  checkout: string,
  folder: string,
  logPath: string,
  port: number,
  rootKeys: Keys,
): ChildProcess {
  const python = join(checkout, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const log = openSync(logPath, 'a');
  const server = spawn(python, ['-m', 'ministack'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: composeChildEnvironment(folder, {
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_ACCOUNT_ID: LAB_ACCOUNT,
      MINISTACK_REGION: LAB_REGION,
      AWS_ACCESS_KEY_ID: rootKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootKeys.secretAccessKey,
      LAMBDA_EXECUTOR: 'local',
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      PYTHONUNBUFFERED: '1',
    }),
  });
  closeSync(log);
  // Without a listener a missing Python would end the whole program; `exitCode` tells the rest.
  server.on('error', () => undefined);
  process.once('exit', () => {
    if (isRunning(server)) killGroup(server, 'SIGKILL');
  });
  return server;
}

async function becomesHealthy(server: ChildProcess, endpoint: string): Promise<boolean> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs && isRunning(server)) {
    try {
      const answer = await fetch(`${endpoint}/_ministack/health`);
      if (answer.ok) return isRunning(server);
    } catch {
      // Not listening yet.
    }
    await delay(50);
  }
  return false;
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (!isRunning(server)) return;
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  killGroup(server, 'SIGTERM');
  const late = setTimeout(() => killGroup(server, 'SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
  // Functions that outlive the server's own clean-up.
  killGroup(server, 'SIGKILL');
}

function isRunning(server: ChildProcess): boolean {
  return server.pid !== undefined && server.exitCode === null && server.signalCode === null;
}

function killGroup(server: ChildProcess, signal: NodeJS.Signals): void {
  if (server.pid === undefined) return;
  try {
    process.kill(-server.pid, signal);
  } catch {
    // The whole group has ended.
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function readLogEnd(logPath: string): string {
  return readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
