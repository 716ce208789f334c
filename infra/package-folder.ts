import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds the folder of the built remediation function (`index.js`) in this package.
 *
 * The constructs run from `infra/` in the checkout and from `dist/infra/` when installed, so the package's own
 * folder is looked for upwards. Throws where the bundle is not there.
 */
export function findRemediatorBundle(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`cannot find the package around \`${import.meta.dirname}\``);
    folder = parent;
  }
  return join(folder, 'dist/functions/remediate');
}
