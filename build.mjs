// Builds everything that runs without a transpiler: the command with the threads and the kernel that read logs, the
// Lambda bundles, the constructs and the lab.
// Run by `prepare`, so that `npm ci` leaves a working command behind.
//   --types   also writes the declarations of the constructs, which takes the compiler two seconds more
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

const SHARED = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'warning',
  sourcemap: false,
  write: false,
};

/** The Lambda carries its own SDK: the one in the runtime may lack PutResourcePolicy. */
const FUNCTIONS = ['remediate', 'converge', 'sweep', 'heartbeat'];

/**
 * Writes a file whole or not at all, and only if it changed: `cdk` builds before each synth, while tests or a running
 * command may be reading the same files.
 */
async function writeBuilt(path, contents) {
  const before = await readFile(path).catch(() => undefined);
  if (before !== undefined && before.equals(Buffer.from(contents))) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

const bundles = await Promise.all([
  ...FUNCTIONS.map((name) =>
    build({
      ...SHARED,
      entryPoints: [`functions/${name}/handler.ts`],
      outfile: `dist/functions/${name}/index.js`,
      target: 'node22',
      minify: true,
      keepNames: true,
    }),
  ),
  build({
    ...SHARED,
    entryPoints: ['cli/invokeguard.ts'],
    outfile: 'dist/cli/invokeguard.cjs',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    define: { 'import.meta.dirname': '__dirname' },
  }),
  build({
    ...SHARED,
    entryPoints: ['logs/replay/worker.ts'],
    outfile: 'dist/cli/log-worker.cjs',
    target: 'node20',
  }),
  build({
    ...SHARED,
    entryPoints: ['infra/index.ts'],
    outfile: 'dist/infra/index.cjs',
    target: 'node20',
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    define: { 'import.meta.dirname': '__dirname' },
  }),
  build({ ...SHARED, entryPoints: ['lab/demo.ts'], outfile: 'dist/lab/demo.cjs', target: 'node20' }),
]);
for (const { path, contents } of bundles.flatMap(({ outputFiles }) => outputFiles)) {
  await writeBuilt(path, contents);
}
for (const name of FUNCTIONS) {
  // The checkout is `type: module`; the bundles are CommonJS wherever they are unpacked.
  await writeBuilt(`dist/functions/${name}/package.json`, '{"type":"commonjs"}\n');
}

/** The kernel of the log scanner, which lies beside the command: AssemblyScript compiled to WebAssembly. */
async function compileScanKernel() {
  let compiled;
  const { error, stderr } = await asc.main(
    [
      'logs/scan/kernel/index.ts',
      ...['--outFile', 'scan-kernel.wasm', '--runtime', 'stub', '-O3', '--noAssert'],
      ...['--enable', 'simd', '--initialMemory', '109', '--maximumMemory', '109'],
    ],
    {
      writeFile: (name, contents) => {
        if (name === 'scan-kernel.wasm') compiled = contents;
      },
    },
  );
  if (error !== null) throw new Error(`the scan kernel does not compile:\n${stderr.toString()}`);
  await writeBuilt('dist/cli/scan-kernel.wasm', compiled);
}
await compileScanKernel();

/** The JSON Schema for editors comes from the very schema that reads the file. */
const { outputFiles } = await build({
  ...SHARED,
  entryPoints: ['config/json-schema.ts'],
  format: 'esm',
});
const { composeJsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
await writeBuilt('dist/invokeguard.schema.json', `${JSON.stringify(composeJsonSchema(), null, 2)}\n`);

/** Declarations for CDK apps in TypeScript. The compiler leaves `.ts` in their import paths; readers look for `.js`. */
async function writeDeclarations() {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });
  for (const file of await readdir('dist/types', { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const text = await readFile(join('dist/types', file), 'utf8');
    await writeBuilt(join('dist/types', file), text.replaceAll(/(['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'));
  }
  // They describe a CommonJS module, in a package whose own modules are ES modules.
  await writeBuilt('dist/types/package.json', '{"type":"commonjs"}\n');
}

if (process.argv.includes('--types')) await writeDeclarations();
