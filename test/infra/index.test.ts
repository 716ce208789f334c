import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBundles, makeFolder, ONE_FUNCTION, removeFolders } from './stacks.ts';

afterAll(removeFolders);

const ROOT = join(__dirname, '../..');

/** Another project, with this package and CDK among its modules. */
function makeProject(): string {
  if (
    !existsSync(join(ROOT, 'dist/infra/index.cjs')) ||
    !existsSync(join(ROOT, 'dist/types/infra/index.d.ts'))
  ) {
    execFileSync(process.execPath, ['build.mjs', '--types'], { cwd: ROOT });
  }
  const project = makeFolder();
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(ROOT, join(project, 'node_modules/invokeguard'));
  for (const name of ['aws-cdk-lib', 'constructs', '@types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  return project;
}

const APP = (bundleFolder: string): string => `
const app = new App({ outdir: ${JSON.stringify(makeFolder())} });
const stack = new Stack(app, 'Security');
const allowlist = ${JSON.stringify(ONE_FUNCTION)};
const trail = new InvocationTrail(stack, 'Trail', { allowlist });
new InvocationGuard(stack, 'Guard', { allowlist, trail, bundleFolder: ${JSON.stringify(bundleFolder)} });
console.log(JSON.stringify(app.synth().getStackByName('Security').template));
`;

describe('the built constructs in another CDK app', () => {
  it.each([
    [
      'main.cjs',
      "const { App, Stack } = require('aws-cdk-lib');\nconst { InvocationGuard, InvocationTrail } = require('invokeguard');",
    ],
    [
      'main.mjs',
      "import { App, Stack } from 'aws-cdk-lib';\nimport { InvocationGuard, InvocationTrail } from 'invokeguard';",
    ],
  ])('work from %s', (file, imports) => {
    const project = makeProject();
    writeFileSync(join(project, file), imports + APP(makeBundles()));
    const printed = execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8', stdio: 'pipe' });
    const types = Object.values(JSON.parse(printed).Resources).map(
      (resource) => (resource as { Type: string }).Type,
    );
    expect(types).toEqual(
      expect.arrayContaining(['AWS::CloudTrail::Trail', 'AWS::Events::Rule', 'AWS::Lambda::Function']),
    );
  });

  it.each([
    ['main.cts', 'nodenext', 'nodenext'],
    ['main.mts', 'nodenext', 'nodenext'],
    ['main.mts', 'esnext', 'bundler'],
  ])('have their types in %s, for modules of kind %s found by %s', (file, module, resolution) => {
    const project = makeProject();
    const imports =
      "import { App, Stack } from 'aws-cdk-lib';\nimport { InvocationGuard, InvocationTrail } from 'invokeguard';";
    const misuse =
      "// @ts-expect-error the allowlist is missing\nnew InvocationGuard(stack, 'Second', {});\n";
    writeFileSync(join(project, file), imports + APP(makeBundles()) + misuse);
    const flags = `--noEmit --strict --skipLibCheck --module ${module} --moduleResolution ${resolution} --types node`;
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(() =>
      execFileSync(process.execPath, [tsc, ...flags.split(' '), file], { cwd: project, stdio: 'pipe' }),
    ).not.toThrow();
  });
});

describe('the published package', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

  /** The paths that `npm publish` would send. */
  function listPublished(): readonly string[] {
    makeProject();
    const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(listed)[0].files.map(({ path }: { path: string }) => path);
  }

  it('holds the command, the constructs, the functions and every text that the README links', () => {
    const published = listPublished();
    const links = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\(([^):#]+)\)/g)].map(
      (match) => match[1],
    );
    expect(links.length).toBeGreaterThan(5);
    expect(published).toEqual(
      expect.arrayContaining([
        'dist/cli/invokeguard.cjs',
        'dist/functions/remediate/index.js',
        'dist/functions/converge/index.js',
        'dist/infra/index.cjs',
        'dist/types/infra/index.d.ts',
        'dist/invokeguard.schema.json',
        ...links,
      ]),
    );
    expect(published.filter((path) => path.startsWith('dist/lab/'))).toEqual([]);
  });

  it('tells compilers that do not read `exports` what those that do are told', () => {
    expect({ types: manifest.types, default: manifest.main }).toEqual(manifest.exports['.']);
  });
});
