import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { composeApp } from '../../infra/guard-app.ts';
import {
  ACCOUNT,
  IRELAND,
  listStatements,
  makeBundles,
  makeFolder,
  removeFolders,
  synthApp,
  writeAllowlist,
} from './stacks.ts';

afterAll(removeFolders);

const ROOT = join(__dirname, '../..');
const ALLOWLIST = `
version: 1
mode: enforce
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
`;
const config = (): string => writeAllowlist(ALLOWLIST);
/** Apart from what one stack tells another. */
const isForPeople = (output: string): boolean => !output.startsWith('ExportsOutput');

describe('the ready-made app', () => {
  it('makes a stack for the trail, one for the guard and one for the sweep, and tells what a person needs next', () => {
    const stacks = synthApp({ config: config() });
    expect([...stacks.keys()]).toEqual(['InvokeguardTrail', 'Invokeguard', 'InvokeguardSweep']);
    const outputs = stacks.get('Invokeguard')!.findOutputs('*');
    expect(Object.keys(outputs).filter(isForPeople)).toEqual([
      'AlertTopicArn',
      'WatchTopicArn',
      'DashboardName',
      'LedgerTableName',
      'FunctionName',
      'ConvergerName',
      'QueueUrl',
      'ConvergenceQueueUrl',
      'DeadLetterQueueUrl',
      'NextStep',
    ]);
    const trailOutputs = stacks.get('InvokeguardTrail')!.findOutputs('*');
    expect(Object.keys(trailOutputs).filter(isForPeople)).toEqual(['TrailArn', 'LogBucket']);
  });

  it('deploys the example allowlist of the checkout by default', () => {
    const stacks = synthApp({});
    expect(stacks.get('Invokeguard')!.findResources('AWS::Lambda::Function')).not.toEqual({});
  });

  it('makes no trail where one exists, and tells how to look at it', () => {
    const trail = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/audit`;
    const stacks = synthApp({ config: config(), trail });
    expect([...stacks.keys()]).toEqual(['Invokeguard']);
    const template = stacks.get('Invokeguard')!;
    template.hasOutput('NextStep', {
      Value: Match.stringLikeRegexp(`get-event-selectors --trail-name ${trail}`),
    });
  });

  it('makes keys, log group and topic of the trail where they are asked for', () => {
    const stacks = synthApp({
      config: config(),
      encryptionKey: 'create',
      cloudWatchLogs: 'logGroup',
      deliveryTopic: 'create',
      managementEvents: 'none',
    });
    const template = stacks.get('InvokeguardTrail')!;
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.hasResourceProperties('AWS::CloudTrail::Trail', { AdvancedEventSelectors: [Match.anyValue()] });
    stacks.get('Invokeguard')!.resourceCountIs('AWS::KMS::Key', 1);
  });

  it('uses an existing key and an existing topic', () => {
    const encryptionKey = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/0a0a0a0a-0000-0000-0000-000000000000`;
    const deliveryTopic = `arn:aws:sns:eu-west-1:${ACCOUNT}:logs`;
    const template = synthApp({ config: config(), encryptionKey, deliveryTopic }).get('InvokeguardTrail')!;
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      KMSKeyId: encryptionKey,
      SnsTopicName: deliveryTopic,
    });
  });

  it('asks for no bootstrap roles where it deploys with the credentials of the caller', () => {
    const template = synthApp({ config: config(), 'invokeguard:synthesizer': 'cli' }).get('Invokeguard')!;
    expect(template.toJSON()['Rules']).toBeUndefined();
  });

  it('compiles patterns for the quotas that are given, as text or as number', () => {
    const context = { config: config(), patternCharacters: '4096', patternRules: 1 };
    const template = synthApp(context).get('Invokeguard')!;
    const rules = template.findResources('AWS::Events::Rule', {
      Properties: { Name: Match.stringLikeRegexp('^invokeguard-invocations-') },
    });
    expect(Object.keys(rules)).toHaveLength(1);
    expect(() => synthApp({ config: config(), patternRules: '0' })).toThrow(
      /`patternRules` is `0`, expected .* from 1/,
    );
    expect(() => synthApp({ config: config(), patternRules: '9e9', patternCharacters: true })).toThrow(
      /`patternCharacters` is `true`, expected a whole number; `patternRules` is `9e9`, expected a whole number$/,
    );
  });

  it('writes the template of the guard without indents, so that hundreds of patterns fit', () => {
    const outdir = makeFolder();
    const app = new App({ context: { config: config() }, outdir });
    composeApp(app, { env: IRELAND, bundleFolder: makeBundles() });
    app.synth();
    expect(readFileSync(join(outdir, 'Invokeguard.template.json'), 'utf8')).not.toContain('\n');
  });

  it('names every setting that it cannot read, at once', () => {
    expect(() => synthApp({ config: config(), trail: 'mine', cloudWatchLogs: 'true' })).toThrow(
      /`trail` is `mine`, expected `create`, `none` or the ARN of a trail; `cloudWatchLogs` is `true`, expected/,
    );
  });
});

describe('in another partition', () => {
  it.each([
    ['aws', 'eu-west-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
  ])('%s every ARN follows it', (_partition, region) => {
    const stacks = synthApp(
      { config: config(), encryptionKey: 'create', cloudWatchLogs: 'logGroup', deliveryTopic: 'create' },
      { account: ACCOUNT, region },
    );
    for (const template of stacks.values()) {
      const text = JSON.stringify(template.toJSON());
      expect(text).toContain(region);
      // The partition is always a reference, and so is the end of host names that differ.
      expect(text).not.toMatch(/arn:aws/);
      expect(text).not.toMatch(/amazonaws\.com\.cn/);
    }
  });

  it('a stack for any account and Region grants only what is in its own', () => {
    const template = synthApp({ config: config() }, {}).get('Invokeguard')!;
    const [grant] = listStatements(template, 'AWS::IAM::Policy');
    const place = [
      { Ref: 'AWS::Partition' },
      ':lambda:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
    ];
    expect(grant?.Resource).toEqual([
      { 'Fn::Join': ['', ['arn:', ...place, ':function:thumbnailer']] },
      { 'Fn::Join': ['', ['arn:', ...place, ':function:thumbnailer:*']] },
    ]);
  });
});

describe('synth of the app, as the CDK CLI runs it', () => {
  const run = promisify(execFile);

  it('stops on a bad allowlist with its place and its fix, and leaves nothing to deploy', async () => {
    const path = writeAllowlist('version: 1\nfunctions:\n  - name: thumbnailer\n    invoker: []\n');
    const outdir = makeFolder();
    const synth = run(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
      cwd: ROOT,
      env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ config: path }) },
    });
    await expect(synth).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/invokeguard\.yaml:4: .*`invoker`/),
    });
    await expect(synth).rejects.toMatchObject({ stderr: expect.not.stringContaining('    at ') });
    expect(readdirSync(outdir)).toEqual([]);
  });
});
