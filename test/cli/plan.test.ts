import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetResourcePolicyCommand, LambdaClient, ListTagsCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { parse } from 'yaml';
import { planCommand } from '../../cli/plan.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const ALLOWLIST = `version: 1
mode: enforce
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
        sourceArn: arn:aws:s3:::uploads
        sourceAccount: "111122223333"
`;
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'planted',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:user/mallory' },
      Action: 'lambda:InvokeFunction',
      Resource: ARN,
    },
  ],
});

describe('invokeguard plan', () => {
  const lambda = mockClient(LambdaClient);
  const folder = mkdtempSync(join(tmpdir(), 'plan-'));
  writeFileSync(join(folder, 'invokeguard.yaml'), ALLOWLIST);
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    lambda.reset();
    lambda.on(GetResourcePolicyCommand).resolves({ Policy: POLICY, RevisionId: 'r1' });
    lambda
      .on(ListTagsCommand, { Resource: ARN })
      .resolves({ Tags: { 'aws:cloudformation:stack-name': 'Thumbnails' } });
  });

  async function plan(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const code = await planCommand.run(['--function', ARN, ...args], {
      writeOut: (text) => {
        out += text;
      },
      writeErr: (text) => {
        err += text;
      },
      env: {},
      cwd: folder,
      terminal: 'plain',
      stdin: Readable.from([]),
      nowMs: () => Date.parse('2026-11-21T12:00:00Z'),
    });
    return { code, out, err };
  }

  async function planOffline(policy: string, ...args: readonly string[]) {
    writeFileSync(join(folder, 'policy.json'), policy);
    return plan('--policy', 'policy.json', ...args);
  }

  it('names the stack that may overwrite the change', async () => {
    const { code, out } = await plan();
    expect(code).toBe(0);
    expect(out).toContain('CloudFormation stack Thumbnails');
  });

  it('names it as JSON too', async () => {
    const { out } = await plan('--format', 'json');
    expect(JSON.parse(out)).toMatchObject({
      kind: 'replace',
      owner: { kind: 'stack', stackName: 'Thumbnails' },
    });
  });

  it('plans all the same where the tags may not be read, and says so', async () => {
    lambda.on(ListTagsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    const { code, out } = await plan();
    expect(code).toBe(0);
    expect(out).toContain('Unknown: `lambda:ListTags` is not allowed');
  });

  it('asks AWS nothing where the policy is a file', async () => {
    const { code, out } = await planOffline(POLICY, '--format', 'json');
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(out))).toEqual(['kind', 'policy', 'removed', 'added', 'notes']);
    expect(lambda.calls()).toHaveLength(0);
  });

  it('prints the planned policy as a template, and the same one once it stands', async () => {
    const planned = JSON.parse((await planOffline(POLICY, '--format', 'json')).out).policy;
    const first = await planOffline(POLICY, '--format', 'cloudformation');
    const later = await planOffline(JSON.stringify(planned), '--format', 'cloudformation');
    expect(first.code).toBe(0);
    expect(parse(first.out)).toEqual({
      Resources: {
        ThumbnailerPolicy: {
          Type: 'AWS::Lambda::ResourcePolicy',
          Properties: { ResourceArn: ARN, PolicyDocument: planned },
        },
      },
    });
    expect(parse(later.out)).toEqual(parse(first.out));
  });

  it('prints no template for a plan that it refuses', async () => {
    const edge = POLICY.replace(
      '{"AWS":"arn:aws:iam::111122223333:user/mallory"}',
      '{"Service":"edgelambda.amazonaws.com"}',
    );
    const { code, out, err } = await planOffline(edge, '--format', 'cloudformation');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Lambda@Edge');
  });

  it('names its formats to whoever asks for another', async () => {
    const { code, err } = await plan('--format', 'yaml');
    expect(code).toBe(2);
    expect(err).toContain('`human`, `json` or `cloudformation`');
  });
});
