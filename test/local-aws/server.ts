import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalServer } from '../../lab/local-server.ts';

export type { LocalServer } from '../../lab/local-server.ts';

/** Starts a local AWS in a folder of its own, which goes when it is stopped. */
export async function startInFolder(start: (folder: string) => Promise<LocalServer>): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-test-'));
  const { endpoint, stop } = await start(folder);
  return {
    endpoint,
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
