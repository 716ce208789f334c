import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describeWithMinistack } from '../local-aws/ministack.ts';

/** `describe` where INVOKEGUARD_TRINO is set and ministack is installed, and skipped tests elsewhere: Trino is heavy. */
export function describeWithTrino(name: string, body: (python: string) => void): void {
  if (process.env['INVOKEGUARD_TRINO'] !== undefined) {
    describeWithMinistack(name, body);
    return;
  }
  process.stderr.write(`SKIPPED: ${name}: set INVOKEGUARD_TRINO=1 (965 MB once, needs Java 23 or later)\n`);
  describe.skip(`${name} (skipped: INVOKEGUARD_TRINO is not set)`, () => body(''));
}

/** `describe` where sqlglot is in the virtual environment of the checkout, and skipped tests elsewhere. */
export function describeWithParser(name: string, body: (python: string) => void): void {
  const python = join(__dirname, '../../.venv/bin/python');
  if (spawnSync(python, ['-c', 'import sqlglot']).status === 0) {
    describe(name, () => body(python));
    return;
  }
  process.stderr.write(`SKIPPED: ${name}: no sqlglot; \`node lab/install.mjs\` installs it\n`);
  describe.skip(`${name} (skipped: no sqlglot; run node lab/install.mjs)`, () => body(''));
}
