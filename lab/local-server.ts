import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get as getPlain } from 'node:http';
import { get as getWithTls } from 'node:https';
import { createServer } from 'node:net';
import type { Certificate } from './certificate.ts';
import { composeChildEnvironment } from './child-environment.ts';

/** A local AWS that is running. */
export interface LocalServer {
  /** Loopback only, on a port that was free. */
  readonly endpoint: string;
  /** Stops it and every process that it started; safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** How to start one kind of local AWS. */
export interface ServerProgram {
  readonly command: string;
  readonly arguments: (port: number) => readonly string[];
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** Answers 200 once the server is ready. */
  readonly healthPath: string;
  /** Takes its temporary files; it is its home and working directory, too. */
  readonly folder: string;
  /** Takes both outputs; appended to. */
  readonly logPath: string;
  /** What the server shows; without one it speaks plain HTTP. */
  readonly certificate?: Certificate;
}

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const START_ATTEMPTS = 3;

/**
 * Starts a local AWS and waits until it answers. It ends with whoever started it, however that ends. Throws, with the
 * end of its log, when it does not start.
 */
export async function startServer(program: ServerProgram): Promise<LocalServer> {
  const scheme = program.certificate === undefined ? 'http' : 'https';
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const server = spawnServer(program, port);
    const endpoint = `${scheme}://127.0.0.1:${port}`;
    if (await becomesHealthy(server, `${endpoint}${program.healthPath}`, program.certificate)) {
      return { endpoint, stop: () => stopServer(server) };
    }
    await stopServer(server);
    // Somebody else may have taken the port between the search and the start.
    if (attempt === START_ATTEMPTS) {
      throw new Error(`the local AWS did not start; the end of its log:\n${readLogEnd(program.logPath)}`);
    }
  }
}

/**
 * Runs a program in the place of the shell, beside a watcher that reads standard input: a pipe from the parent that
 * nobody writes to, and that closes when the parent is gone. Then the whole process group ends.
 */
const END_WITH_PARENT = 'exec 3<&0; { cat <&3 >/dev/null; kill -KILL 0; } & exec "$0" "$@" 3<&- </dev/null';

/** Starts the server in a process group of its own, because it may start others: all of them end together. */
function spawnServer(program: ServerProgram, port: number): ChildProcess {
  const log = openSync(program.logPath, 'a');
  const server = spawn('/bin/sh', ['-c', END_WITH_PARENT, program.command, ...program.arguments(port)], {
    cwd: program.folder,
    detached: true,
    stdio: ['pipe', log, log],
    env: composeChildEnvironment(program.folder, { HOME: program.folder, ...program.environment(port) }),
  });
  closeSync(log);
  // Without a listener a missing shell would end the whole program; `exitCode` tells the rest.
  server.on('error', () => undefined);
  server.stdin?.on('error', () => undefined);
  return server;
}

async function becomesHealthy(
  server: ChildProcess,
  url: string,
  certificate: Certificate | undefined,
): Promise<boolean> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs && isRunning(server)) {
    if ((await readStatus(url, certificate)) === 200) return isRunning(server);
    await delay(50);
  }
  return false;
}

/** The status of an answer; `undefined` while nobody listens. */
function readStatus(url: string, certificate: Certificate | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request =
      certificate === undefined
        ? getPlain(url, { timeout: 2_000 })
        : getWithTls(url, { ca: certificate.pem, timeout: 2_000 });
    request.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (isRunning(server)) {
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    killGroup(server, 'SIGTERM');
    const late = setTimeout(() => killGroup(server, 'SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(late);
  }
  // The watcher, and functions that outlive the server's own clean-up.
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
