import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../../lab/local-server.ts';
import { type LocalServer, startInFolder } from './server.ts';

/** The account that ministack plays, and a key pair that it takes. */
export const MINISTACK_ACCOUNT = '111122223333';
export const MINISTACK_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Finds the Python of the checkout's virtual environment, which holds ministack; `INVOKEGUARD_MINISTACK_PYTHON` names another. */
export function findMinistackPython(): string | undefined {
  const script = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  const path =
    process.env['INVOKEGUARD_MINISTACK_PYTHON'] ?? join(import.meta.dirname, '..', '..', '.venv', script);
  return existsSync(path) ? path : undefined;
}

/** Starts ministack without authorization: what is tested here are the answers of its operations. */
export async function startMinistack(python: string): Promise<LocalServer> {
  return startInFolder((folder) =>
    startServer({
      command: python,
      arguments: () => ['-m', 'ministack'],
      environment: (port) => ({
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        MINISTACK_ACCOUNT_ID: MINISTACK_ACCOUNT,
        MINISTACK_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: MINISTACK_KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: MINISTACK_KEYS.secretAccessKey,
        SFTP_ENABLED: '0',
        IOT_MTLS_ENABLED: '0',
      }),
      healthPath: '/_ministack/health',
      folder,
      logPath: join(folder, 'ministack.log'),
    }),
  );
}

/** `describe` where ministack is installed, and a test that is shown as skipped, with what to do, where it is not. */
export function describeWithMinistack(name: string, body: (python: string) => void): void {
  const python = findMinistackPython();
  if (python === undefined) {
    process.stderr.write(`SKIPPED: ${name}: no ministack; \`node lab/install.mjs\` installs it\n`);
    describe.skip(`${name} (skipped: no ministack; run node lab/install.mjs)`, () => body(''));
    return;
  }
  describe(name, () => body(python));
}
