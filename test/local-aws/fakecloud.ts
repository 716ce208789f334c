import { explainMissingFakecloud, findFakecloud, startFakecloudServer } from '../../lab/fakecloud.ts';
import { type LocalServer, startInFolder } from './server.ts';

export { FAKECLOUD_KEYS, findFakecloud } from '../../lab/fakecloud.ts';

/** The account that fakecloud plays. */
export const FAKECLOUD_ACCOUNT = '000000000000';

/** Starts fakecloud with strict IAM. */
export async function startFakecloud(path: string): Promise<LocalServer> {
  return startInFolder((folder) => startFakecloudServer(path, folder, FAKECLOUD_ACCOUNT));
}

/**
 * `describe` where fakecloud is at hand, and a test that is shown as skipped, with what to do, where it is not.
 */
export function describeWithFakecloud(name: string, body: (path: string) => void): void {
  const path = findFakecloud();
  if (path === undefined) {
    process.stderr.write(`SKIPPED: ${name}: ${explainMissingFakecloud()}\n`);
    describe.skip(`${name} (skipped: no fakecloud on the PATH or in INVOKEGUARD_FAKECLOUD)`, () => body(''));
    return;
  }
  describe(name, () => body(path));
}
