// Builds everything that runs without a transpiler: the command, the Lambda bundles, the constructs and the lab.
// Run by `prepare`, so that `npm ci` leaves a working command behind.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const SHARED = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning', sourcemap: false };

/** The Lambda carries its own SDK: the one in the runtime may lack PutResourcePolicy. */
const FUNCTIONS = ['remediate'];

await rm('dist', { recursive: true, force: true });
await Promise.all([
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
  }),
  build({
    ...SHARED,
    entryPoints: ['infra/index.ts'],
    outfile: 'dist/infra/index.cjs',
    target: 'node20',
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
  }),
  build({ ...SHARED, entryPoints: ['lab/demo.ts'], outfile: 'dist/lab/demo.cjs', target: 'node20' }),
]);
for (const name of FUNCTIONS) {
  // The checkout is `type: module`; the bundles are CommonJS wherever they are unpacked.
  await writeFile(`dist/functions/${name}/package.json`, '{"type":"commonjs"}\n');
}
await mkdir('dist/cli', { recursive: true });

/** The JSON Schema for editors comes from the very schema that reads the file. */
const { outputFiles } = await build({
  ...SHARED,
  entryPoints: ['config/json-schema.ts'],
  format: 'esm',
  write: false,
});
const { composeJsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
await writeFile('dist/invokeguard.schema.json', `${JSON.stringify(composeJsonSchema(), null, 2)}\n`);
