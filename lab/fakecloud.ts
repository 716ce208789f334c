import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { type LocalServer, startServer } from './local-server.ts';

/** The key pair of fakecloud's root user, whom it never refuses. */
export const FAKECLOUD_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The variable that names fakecloud's program. */
const VARIABLE = 'INVOKEGUARD_FAKECLOUD';

/**
 * Finds fakecloud, the local AWS that has PutResourcePolicy: where `INVOKEGUARD_FAKECLOUD` says, else on the PATH.
 * `undefined` where there is none, or where it does not run here. It is never installed for anybody.
 * @see https://crates.io/crates/fakecloud
 */
export function findFakecloud(): string | undefined {
  const named = process.env[VARIABLE];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = named === undefined ? folders.map((folder) => join(folder, 'fakecloud')) : [named];
  // Absolute, because it is started in a folder of its own.
  return candidates.map((path) => resolve(path)).find(runs);
}

/** Says why `findFakecloud` found none, and how to get one. */
export function explainMissingFakecloud(): string {
  const named = process.env[VARIABLE];
  const reason =
    named === undefined ? 'no `fakecloud` on the PATH' : `\`${named}\` (${VARIABLE}) does not run`;
  return `${reason}; \`cargo install fakecloud --locked\`, or set ${VARIABLE} to its path`;
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

/** Starts fakecloud for one account with strict IAM. Its log goes to `folder`. Throws when it does not start. */
export async function startFakecloudServer(
  path: string,
  folder: string,
  account: string,
): Promise<LocalServer> {
  return startServer({
    command: path,
    arguments: (port) =>
      `--addr 127.0.0.1:${port} --iam strict --account-id ${account} --log-level error`.split(' '),
    environment: () => ({}),
    healthPath: '/_fakecloud/health',
    folder,
    logPath: join(folder, 'fakecloud.log'),
  });
}
