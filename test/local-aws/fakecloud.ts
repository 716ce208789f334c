import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type LocalServer, startServer } from './server.ts';

/** The account that fakecloud plays, and the key pair that is its root user. */
export const FAKECLOUD_ACCOUNT = '000000000000';
export const FAKECLOUD_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * Finds fakecloud, the local AWS that has PutResourcePolicy: where `INVOKEGUARD_FAKECLOUD` says, else on the PATH.
 * `undefined` where there is none, or where it does not run here.
 * @see https://crates.io/crates/fakecloud
 */
export function findFakecloud(): string | undefined {
  const named = process.env['INVOKEGUARD_FAKECLOUD'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = named === undefined ? folders.map((folder) => join(folder, 'fakecloud')) : [named];
  return candidates.find(runs);
}

function runs(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts fakecloud with strict IAM. */
export async function startFakecloud(path: string): Promise<LocalServer> {
  return startServer({
    command: path,
    arguments: (port) =>
      `--addr 127.0.0.1:${port} --iam strict --account-id ${FAKECLOUD_ACCOUNT} --log-level error`.split(' '),
    environment: () => ({}),
    healthPath: '/_fakecloud/health',
  });
}

/**
 * `describe` where fakecloud is at hand, and a test that is shown as skipped, with what to do, where it is not.
 */
export function describeWithFakecloud(name: string, body: (path: string) => void): void {
  const path = findFakecloud();
  if (path === undefined) {
    process.stderr.write(
      `SKIPPED: ${name}: no fakecloud; \`cargo install fakecloud --locked\` or set INVOKEGUARD_FAKECLOUD to its path\n`,
    );
    describe.skip(`${name} (skipped: no fakecloud on the PATH or in INVOKEGUARD_FAKECLOUD)`, () => body(''));
    return;
  }
  describe(name, () => body(path));
}
