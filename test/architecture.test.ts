import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

function listSources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

/** Source text without comments and without the text inside quotes, so that prose cannot trip a search for code. */
function stripProse(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

describe('core and containment have no ambient inputs', () => {
  const ambient =
    /\b(process|globalThis|Math\.random|Date\.now|performance|fetch|setTimeout|setInterval|console|require|Buffer)\b|new Date\(\)/;

  it.each([...listSources('core'), ...listSources('containment')])(
    '%s reads no clock, no environment, no chance',
    (file) => {
      expect(stripProse(readFileSync(join(ROOT, file), 'utf8'))).not.toMatch(ambient);
    },
  );
});

describe('the linter enforces who may import whom', () => {
  /** Lints one file that is not there otherwise, and answers what was said about its imports. */
  function lintImport(folder: string, specifier: string): string {
    const place = mkdtempSync(join(ROOT, folder, 'lint-probe-'));
    try {
      const file = join(place, 'probe.ts');
      writeFileSync(file, `import { probe } from '${specifier}';\nexport const seen = probe;\n`);
      return execFileSync(process.execPath, [join(ROOT, 'node_modules/oxlint/bin/oxlint'), file], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch (error) {
      return String((error as { stdout?: string }).stdout);
    } finally {
      rmSync(place, { recursive: true });
    }
  }

  it.each([
    ['core', 'node:fs'],
    ['core', 'node:fs/promises'],
    ['core', '@aws-sdk/client-lambda'],
    ['core', 'zod'],
    ['core', '../../config/allowlist-file.ts'],
    ['core', '../../containment/ports.ts'],
    ['config', '@aws-sdk/client-lambda'],
    ['config', '../../aws/clients.ts'],
    ['containment', '@aws-sdk/client-lambda'],
    ['containment', '../../aws/clients.ts'],
    ['containment', 'node:fs'],
    ['logs', '../../aws/clients.ts'],
    ['aws', '../../config/allowlist-file.ts'],
    ['functions', '../../infra/index.ts'],
    ['functions', '../../lab/demo.ts'],
    ['cli', '../../infra/index.ts'],
    ['infra', '../../aws/clients.ts'],
    ['infra', '../../functions/remediate/handler.ts'],
  ])('%s may not import %s', (folder, specifier) => {
    expect(lintImport(folder, specifier)).toContain('no-restricted-imports');
  });

  it.each([
    ['core', '@noble/hashes/sha2.js'],
    ['core', '../arn.ts'],
    ['config', '../../core/arn.ts'],
    ['containment', '../../core/arn.ts'],
    ['logs', 'node:fs'],
    ['aws', '../../containment/ports.ts'],
    ['functions', '../../aws/clients.ts'],
    ['infra', '../../config/allowlist-file.ts'],
  ])('%s may import %s', (folder, specifier) => {
    expect(lintImport(folder, specifier)).not.toContain('no-restricted-imports');
  });
});

describe('the Lambda bundle', () => {
  it('has no YAML or schema library among the imports of functions and what they reach', () => {
    const reached = ['functions', 'aws', 'containment', 'core'].flatMap(listSources);
    const guilty = reached.filter((file) =>
      /from '(js-yaml|yaml|zod)/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(guilty).toEqual([]);
  });
});
