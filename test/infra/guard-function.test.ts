import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import {
  ACCOUNT,
  findLogicalId,
  makeBundles,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthGuard,
} from './stacks.ts';

afterAll(removeFolders);

describe('the functions', () => {
  it.each(['invokeguard-remediator', 'invokeguard-converger'])(
    '`%s` has its fixed name, the newest Node runtime and the environment that its code reads',
    (FunctionName) => {
      const template = synthGuard();
      const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
      const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
      template.hasResourceProperties('AWS::Lambda::Function', {
        FunctionName,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: 512,
        Environment: {
          Variables: {
            LEDGER_TABLE_NAME: { Ref: table },
            ALERT_TOPIC_ARN: { Ref: topic },
            CONVERGENCE_QUEUE_URL: {
              Ref: findLogicalId(template, 'AWS::SQS::Queue', 'GuardConvergenceQueue'),
            },
            GUARD_ACCOUNT: ACCOUNT,
            GUARD_REGION: 'eu-west-1',
            GUARD_NAME: 'invokeguard-remediator',
            POWERTOOLS_SERVICE_NAME: 'invokeguard',
            POWERTOOLS_METRICS_NAMESPACE: 'Invokeguard',
          },
        },
      });
      template.resourceCountIs('AWS::Lambda::Function', 2);
    },
  );

  it('write a log each', () => {
    const template = synthGuard();
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  it('carry the compiled allowlist, each beside its own bundle', () => {
    const stack = makeStack();
    synthGuard({}, stack);
    const bundles = readAssetFolders(stack).map((folder) => {
      const allowlist = JSON.parse(readFileSync(join(folder, 'allowlist.json'), 'utf8'));
      expect(allowlist.functions).toEqual([
        expect.objectContaining({ selector: { kind: 'name', name: 'thumbnailer' }, mode: 'enforce' }),
      ]);
      return readFileSync(join(folder, 'index.js'), 'utf8');
    });
    expect(bundles.sort()).toEqual([
      "exports.handler = async () => 'converge';\n",
      "exports.handler = async () => 'remediate';\n",
    ]);
  });

  it('are uploaded again when only the allowlist changed, also by a second guard of one app', () => {
    const bundleFolder = makeBundles();
    const readKeys = (template: Template): unknown[] =>
      Object.values(template.findResources('AWS::Lambda::Function')).map(
        ({ Properties }) => Properties.Code.S3Key,
      );
    const first = readKeys(synthGuard({ bundleFolder }));
    const second = readKeys(synthGuard({ bundleFolder, allowlist: { ...ONE_FUNCTION, mode: 'observe' } }));
    expect(readKeys(synthGuard({ bundleFolder }))).toEqual(first);
    expect(new Set([...first, ...second]).size).toBe(4);
  });

  it('are refused without built bundles, with what to do', () => {
    expect(() => synthGuard({ bundleFolder: '/nowhere' })).toThrow(
      /`\/nowhere\/remediate` has no `index.js`: build .* `npm run build`/,
    );
  });
});

/** The folders of the assets that a stack's functions are made of. */
function readAssetFolders(stack: Stack): string[] {
  const cloudAssembly = (stack.node.root as App).synth();
  const manifest = JSON.parse(readFileSync(join(cloudAssembly.directory, 'Test.assets.json'), 'utf8'));
  const assets: { source: { path: string; packaging: string } }[] = Object.values(manifest.files);
  return assets
    .filter(({ source }) => source.packaging === 'zip')
    .map(({ source }) => join(cloudAssembly.directory, source.path));
}
