import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A local AWS that a test started. */
export interface LocalServer {
  /** Loopback only, on a port that was free. */
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/** How to start one kind of local AWS. */
export interface ServerProgram {
  readonly command: string;
  readonly arguments: (port: number) => readonly string[];
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** Answers 200 once the server is ready. */
  readonly healthPath: string;
}

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

/** Starts a local AWS in a folder of its own and waits until it answers. Throws, with its output, when it does not. */
export async function startServer(program: ServerProgram): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-test-'));
  const port = await findFreePort();
  const server = spawn(program.command, program.arguments(port), {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder, ...program.environment(port) },
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4_000);
  };
  server.stdout.on('data', keep);
  server.stderr.on('data', keep);
  server.on('error', (error) => {
    output += error.message;
  });
  const stop = async (): Promise<void> => {
    process.removeListener('exit', killNow);
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  };
  const killNow = (): void => signal(server, 'SIGKILL');
  process.once('exit', killNow);
  const endpoint = `http://127.0.0.1:${port}`;
  if (await becomesHealthy(server, `${endpoint}${program.healthPath}`)) return { endpoint, stop };
  await stop();
  throw new Error(`\`${program.command}\` did not start:\n${output}`);
}

async function becomesHealthy(server: ChildProcess, url: string): Promise<boolean> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs && isRunning(server)) {
    try {
      if ((await fetch(url)).ok) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return false;
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (!isRunning(server)) return;
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
  });
  signal(server, 'SIGTERM');
  const late = setTimeout(() => signal(server, 'SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
}

function isRunning(server: ChildProcess): boolean {
  return server.pid !== undefined && server.exitCode === null && server.signalCode === null;
}

/** The whole group: a local AWS may have started processes of its own. */
function signal(server: ChildProcess, name: NodeJS.Signals): void {
  if (server.pid === undefined || !isRunning(server)) return;
  try {
    process.kill(-server.pid, name);
  } catch {
    // It ended in between.
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no free loopback port');
  return address.port;
}
