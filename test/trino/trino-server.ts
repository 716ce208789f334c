import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrinoInstallation } from './trino-installation.ts';

/** A Trino of one node, on a free port of the loopback interface. */
export interface TrinoServer {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 180_000;

/** Starts a Trino that keeps its tables in memory. Throws, with the end of its log, where it does not start. */
export async function startTrino({
  folder,
  java,
}: Extract<TrinoInstallation, { kind: 'installed' }>): Promise<TrinoServer> {
  const place = mkdtempSync(join(tmpdir(), 'invokeguard-trino-'));
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  for (const part of ['lib', 'plugin']) symlinkSync(join(folder, part), join(place, part));
  mkdirSync(join(place, 'etc/catalog'), { recursive: true });
  writeFileSync(join(place, 'etc/config.properties'), composeConfig(port, endpoint));
  writeFileSync(join(place, 'etc/catalog/memory.properties'), 'connector.name=memory\n');
  const logPath = join(place, 'trino.log');
  const log = openSync(logPath, 'a');
  const child = spawn(java, [...JVM_OPTIONS, '-Dconfig=etc/config.properties', '-cp', 'lib/*', MAIN], {
    cwd: place,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(place, { recursive: true, force: true });
  };
  if (await becomesReady(child, endpoint)) return { endpoint, stop };
  const said = readFileSync(logPath, 'utf8').slice(-2_000);
  await stop();
  throw new Error(`Trino did not start; the end of its log:\n${said}`);
}

const MAIN = 'io.trino.server.TrinoServer';
const JVM_OPTIONS = [
  '-Xmx4G',
  '-XX:+UseG1GC',
  '-Dfile.encoding=UTF-8',
  '-XX:+EnableDynamicAgentLoading',
  '--enable-native-access=ALL-UNNAMED',
  '--add-modules=jdk.incubator.vector',
];

/** Inserting records takes longer statements than Athena takes; the limit of queries is tested elsewhere. */
function composeConfig(port: number, endpoint: string): string {
  return [
    'node.environment=test',
    'node.internal-address=127.0.0.1',
    'node.bind-ip=127.0.0.1',
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `http-server.http.port=${port}`,
    `discovery.uri=${endpoint}`,
    'query.max-length=1000000',
    '',
  ].join('\n');
}

async function becomesReady(child: ChildProcess, endpoint: string): Promise<boolean> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const info = await fetch(`${endpoint}/v1/info`)
      .then(async (answer) => (await answer.json()) as { readonly starting?: boolean })
      .catch(() => undefined);
    if (info?.starting === false) return true;
    await delay(250);
  }
  return false;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
