import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Certificate, makeCertificate } from './certificate.ts';
import { composeChildEnvironment, type Keys } from './child-environment.ts';

/** The account and Region that the local AWS plays. */
export const LAB_ACCOUNT = '111122223333';
export const LAB_REGION = 'eu-west-1';

/** A running local AWS. */
export interface LocalAws {
  /** Loopback only, on a port that was free, with TLS. */
  readonly endpoint: string;
  /** What clients must trust. */
  readonly certificate: Certificate;
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
  const certificate = makeCertificate(folder);
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const server = spawnServer({ checkout, folder, logPath, port, rootKeys, certificate });
    const endpoint = `https://127.0.0.1:${port}`;
    if (await becomesHealthy(server, endpoint, certificate)) {
      return { endpoint, certificate, rootKeys, logPath, stop: () => stopServer(server) };
    }
    await stopServer(server);
    // Somebody else may have taken the port between the search and the start.
    if (attempt === START_ATTEMPTS) {
      throw new Error(`the local AWS did not start; the end of its log:\n${readLogEnd(logPath)}`);
    }
  }
}

interface ServerSettings {
  readonly checkout: string;
  readonly folder: string;
  readonly logPath: string;
  readonly port: number;
  readonly rootKeys: Keys;
  readonly certificate: Certificate;
}

/**
 * Starts the server with hypercorn, as ministack's own detached mode does; its `main` would take port 443 as well.
 * It gets a process group of its own, because it starts one Node process a function: all of them end together.
 */
function spawnServer(settings: ServerSettings): ChildProcess {
  const { checkout, folder, logPath, port, rootKeys, certificate } = settings;
  const { certificatePath, keyPath } = certificate;
  const python = join(checkout, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const serve = join(checkout, 'lab/serve-local-aws.py');
  const args = ['ministack.app:app', '--bind', `127.0.0.1:${port}`, '--keep-alive', '75'];
  const log = openSync(logPath, 'a');
  const server = spawn(python, [serve, ...args, '--certfile', certificatePath, '--keyfile', keyPath], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', log, log],
    env: composeChildEnvironment(folder, {
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_SSL_CERT: certificatePath,
      MINISTACK_SSL_KEY: keyPath,
      NODE_EXTRA_CA_CERTS: certificatePath,
      GATEWAY_PORT: String(port),
      // In the URLs that it hands out, such as those of queues; the certificate is for this address.
      MINISTACK_HOST: '127.0.0.1',
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
  server.stdin?.on('error', () => undefined);
  return server;
}

async function becomesHealthy(
  server: ChildProcess,
  endpoint: string,
  certificate: Certificate,
): Promise<boolean> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs && isRunning(server)) {
    if ((await readStatus(`${endpoint}/_ministack/health`, certificate)) === 200) return isRunning(server);
    await delay(50);
  }
  return false;
}

/** The status of an answer; `undefined` while nobody listens. */
function readStatus(url: string, certificate: Certificate): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { ca: certificate.pem, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });
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
