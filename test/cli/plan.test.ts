import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetResourcePolicyCommand, LambdaClient, ListTagsCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { parse } from 'yaml';
import { planCommand } from '../../cli/plan.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const OTHER = '444455556666';
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

  const EMPTY = '{"Version":"2012-10-17","Statement":[]}';
  const [STATEMENT] = (JSON.parse(POLICY) as { Statement: [Record<string, unknown>] }).Statement;

  it.each([
    ['an empty Statement', EMPTY],
    ['no Statement', '{"Version":"2012-10-17"}'],
    ['an empty object', '{}'],
    ['get-policy around an empty Statement', JSON.stringify({ Policy: EMPTY, RevisionId: 'r1' })],
  ])('reads %s as no policy, and adds guard statements only', async (_, policy) => {
    const { code, out } = await planOffline(policy, '--format', 'json');
    const planned = JSON.parse(out);
    expect([code, planned.kind, planned.removed]).toEqual([0, 'replace', []]);
    expect(planned.added.length).toBeGreaterThan(0);
    expect(planned.policy.Statement).toEqual(planned.added);
  });

  it.each([
    ['the bare policy', POLICY],
    ['what get-policy prints', JSON.stringify({ Policy: POLICY, RevisionId: 'r1' })],
    [
      'what get-resource-policy prints',
      JSON.stringify({ Policy: POLICY, RevisionId: 'r1', ResourceArn: ARN }),
    ],
    ['one statement without a list', JSON.stringify({ Version: '2012-10-17', Statement: STATEMENT })],
    ['lists where text is usual', POLICY.replace('"lambda:InvokeFunction"', '["lambda:InvokeFunction"]')],
    ['a byte order mark and white space around it', `\uFEFF \n${POLICY}\r\n`],
    ['what get-policy --query Policy prints', JSON.stringify(POLICY)],
  ])('plans for %s', async (_, policy) => {
    const { code, out } = await planOffline(policy, '--format', 'json');
    const planned = JSON.parse(out);
    expect([code, planned.kind]).toEqual([0, 'replace']);
    expect(planned.removed).toMatchObject([{ Sid: 'planted' }]);
    expect(planned.policy.Version).toBe('2012-10-17');
  });

  it('keeps a statement that it does not understand, as it was, and only adds guards', async () => {
    const odd = {
      Sid: 'odd',
      Effect: 'Allow',
      NotPrincipal: { AWS: OTHER },
      NotAction: 'x:*',
      Extra: [1, null],
    };
    const policy = JSON.stringify({ Id: 'by-hand', Statement: [odd, STATEMENT] });
    const planned = JSON.parse((await planOffline(policy, '--format', 'json')).out);
    expect([planned.kind, planned.removed]).toEqual(['replace', []]);
    expect(planned.policy.Statement.slice(0, 2)).toEqual([odd, STATEMENT]);
    expect(planned.policy).toMatchObject({ Id: 'by-hand' });
    expect(planned.policy).not.toHaveProperty('Version');
  });

  it('finds nothing to do on its own result', async () => {
    const { policy } = JSON.parse((await planOffline(POLICY, '--format', 'json')).out);
    const again = await planOffline(JSON.stringify(policy), '--format', 'json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ kind: 'unchanged', policy, removed: [], added: [] });
    const { out } = await planOffline(JSON.stringify(policy));
    expect(out).toBe(`${ARN}\nNothing to do: the policy already refuses every caller that is not listed\n`);
  });

  it('names the qualified ARN in every statement that it adds', async () => {
    const { out } = await planOffline(EMPTY, '--format', 'json', '--qualifier', 'live');
    const resources = JSON.parse(out).added.map(({ Resource }: { Resource: unknown }) => Resource);
    expect(new Set(resources)).toEqual(new Set([`${ARN}:live`]));
  });

  it('prints a refusal with its reason, the policy as it was, and ends with 1', async () => {
    const edge = POLICY.replace(
      '{"AWS":"arn:aws:iam::111122223333:user/mallory"}',
      '{"Service":"edgelambda.amazonaws.com"}',
    );
    const { code, out } = await planOffline(edge, '--format', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      kind: 'refused',
      policy: JSON.parse(edge),
      removed: [],
      added: [],
      notes: [],
      reason: expect.stringContaining('Lambda@Edge'),
    });
  });

  it.each([
    ['broken JSON', '{"Statement":', 'the policy is not JSON'],
    ['an empty file', '', 'the policy is not JSON'],
    ['a list', '[]', 'the policy is not a JSON object'],
    ['text', '"policy"', 'the policy is not JSON'],
    ['a statement that is text', '{"Statement":["Allow"]}', 'a statement that is not a JSON object'],
    ['get-policy around broken JSON', '{"Policy":"{"}', 'the policy is not JSON'],
  ])('refuses %s with 1', async (_, policy, text) => {
    const { code, out, err } = await planOffline(policy);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('policy.json`: ');
    expect(err).toContain(text);
  });

  it('names a policy file that is not there', async () => {
    const { code, err } = await plan('--policy', 'missing.json');
    expect(code).toBe(1);
    expect(err).toContain('missing.json');
  });

  it('ends with 2 for a function that no entry names', async () => {
    const { code, out, err } = await plan('--function', ARN.replace('thumbnailer', 'legacy'));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('no entry of invokeguard.yaml names');
  });
});
