import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../../.lab/axe');
const VERSION = '4.14.1';
/** As the registry states it, so that nothing else is ever run under this name. */
const INTEGRITY =
  'sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==';

/** The code of axe, or why there is none. */
export type AxeState =
  | { readonly kind: 'there'; readonly code: string }
  | { readonly kind: 'missing'; readonly why: string };

/**
 * Gets axe-core from npm, once, into the checkout's own cache. Its licence is the MPL, which none of our packages
 * has: so it stands in no package.json and is delivered to nobody, and where it cannot be had its test is skipped.
 */
export function findAxe(): AxeState {
  const kept = join(FOLDER, `axe-core-${VERSION}.tgz`);
  try {
    return { kind: 'there', code: readCode(kept) };
  } catch {
    // Not there yet, or not whole.
  }
  try {
    mkdirSync(FOLDER, { recursive: true });
    const cli = process.env['npm_execpath'];
    const [command, ...first] = cli?.endsWith('js') ? [process.execPath, cli] : ['npm'];
    const args = [
      ...first,
      'pack',
      `axe-core@${VERSION}`,
      '--json',
      '--ignore-scripts',
      '--pack-destination',
      FOLDER,
    ];
    execFileSync(command ?? 'npm', args, { stdio: 'pipe', timeout: 60_000 });
    return { kind: 'there', code: readCode(kept) };
  } catch (error) {
    return {
      kind: 'missing',
      why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    };
  }
}

function readCode(archive: string): string {
  const bytes = readFileSync(archive);
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== INTEGRITY) throw new Error(`\`${archive}\` is not axe-core ${VERSION}: ${found}`);
  return execFileSync('tar', ['-xzOf', archive, 'package/axe.min.js'], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
}
