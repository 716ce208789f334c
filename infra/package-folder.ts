import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds the folder of the built functions in this package: each in a folder of its own, as `index.js`.
 *
 * The constructs run from `infra/` in the checkout and from `dist/infra/` when installed, so the package's own
 * folder is looked for upwards. Throws where there is no package around them.
 */
export function findFunctionBundles(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`cannot find the package around \`${import.meta.dirname}\``);
    folder = parent;
  }
  return join(folder, 'dist/functions');
}
