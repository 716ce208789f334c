import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { checkCommand } from '../../cli/check.ts';

const GOOD = `version: 1
mode: enforce
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
        sourceArn: arn:aws:s3:::uploads
        sourceAccount: "111122223333"
      - role: arn:aws:iam::111122223333:role/ci-deploy
        expires: 2027-01-31
        reason: SEC-12
  - name: orders-*
    mode: observe
    invokers:
      - functionUrl: public
  - name: orders-audit
    invokers: []
    confirm: nobody
breakGlass:
  - account: "444455556666"
`;
const DOUBTFUL = `version: 1
functions:
  - name: a
    invokers:
      - account: "111122223333"
        expires: 2026-01-01
`;
const BAD = 'version: 1\nfunctions:\n  - name: a b\n    invokers: []\n    x: 1\n';

describe('invokeguard check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function check(
    text: string,
    ...args: readonly string[]
  ): Promise<{ code: number; out: string; err: string }> {
    writeFileSync(join(folder, 'invokeguard.yaml'), text);
    let out = '';
    let err = '';
    const code = await checkCommand.run(args, {
      writeOut: (written) => {
        out += written;
      },
      writeErr: (written) => {
        err += written;
      },
      env: {},
      cwd: folder,
      terminal: 'plain',
      stdin: Readable.from([]),
      nowMs: () => Date.parse('2026-11-21T12:00:00Z'),
    });
    return { code, out, err };
  }

  it('says in sentences what a good file means, function by function', async () => {
    const { code, out, err } = await check(GOOD);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const blocks = out.trimEnd().split('\n\n');
    expect(blocks).toEqual([
      [
        'The function thumbnailer, in any account and Region, with its versions and aliases.',
        '  Mode enforce: other callers are reported and shut out.',
        '  May call it:',
        '  - the service s3.amazonaws.com, for arn:aws:s3:::uploads of the account 111122223333',
        '  - sessions of the role arn:aws:iam::111122223333:role/ci-deploy, until 2027-01-31T00:00:00.000Z (reason: SEC-12)',
      ].join('\n'),
      [
        'Every function named like orders-*, such as orders-example, unless a more exact entry names it.',
        '  Mode observe: other callers are reported, nothing is changed.',
        '  May call it:',
        '  - anybody on the internet, through a function URL with AuthType NONE',
      ].join('\n'),
      [
        'The function orders-audit, in any account and Region, with its versions and aliases.',
        '  Mode enforce: every caller is reported and shut out, break-glass apart.',
        '  Nobody may call it.',
      ].join('\n'),
      'Break-glass, never shut out on any function:\n- every principal of the account 444455556666: roles, users, root, federated users',
      [
        'Every other function is not guarded: its callers are neither judged nor shut out.',
        'No e-mail address gets the alerts; they go to the SNS topic only.',
      ].join('\n'),
      expect.stringMatching(/^What a call costs:\n {2}Trail: .*\n {2}EventBridge: \d+ rules/),
    ]);
  });

  it('says what narrows an entry, and what no policy can enforce', async () => {
    const { out, err } = await check(`version: 1
functions:
  - name: thumbnailer
    invokers:
      - role: arn:aws:iam::111122223333:role/ci-deploy
        sourceIp: [203.0.113.0/24, 198.51.100.7]
        qualifier: live
        expires: 2027-01-31
      - account: "444455556666"
        vpcEndpoint: vpce-0123456789abcdef0
      - role: arn:aws:iam::111122223333:role/states
        invokedBy: states.amazonaws.com
`);
    expect(err).toBe('');
    const [first = ''] = out.split('\n\n');
    expect(first.split('\n').slice(3)).toEqual([
      '  - sessions of the role arn:aws:iam::111122223333:role/ci-deploy, only from 198.51.100.7/32 or 203.0.113.0/24 and for the version or alias live, until 2027-01-31T00:00:00.000Z',
      '  - every principal of the account 444455556666: roles, users, root, federated users, only through vpce-0123456789abcdef0',
      '  - sessions of the role arn:aws:iam::111122223333:role/states, only used by states.amazonaws.com, which no policy can enforce',
    ]);
  });

  it('says why all functions are logged, and which entries EventBridge does not filter', async () => {
    const { out } = await check(GOOD.replaceAll('orders-*', 'or*-s'));
    expect(out).toContain(
      'Trail: the calls of all functions are logged and paid for, because CloudTrail has no selector for `or*-s`.',
    );
    expect(out).toMatch(/- 1, because .* \(\/functions\/0\/invokers\/1\)/);
  });

  it('says what does not fit into the quotas that are given', async () => {
    const { out } = await check(GOOD, '--rules', '1', '--characters=4096');
    expect(out).toContain('EventBridge: 1 rule (of 1)');
    expect(out).toContain('3 function entries (/functions/0, /functions/1, /functions/2)');
  });

  it('prints warnings on stderr and still ends with 0', async () => {
    const { code, out, err } = await check(DOUBTFUL);
    expect(code).toBe(0);
    expect(err).toMatch(/^warning: invokeguard\.yaml:6: .*expired at `2026-01-01T00:00:00.000Z`/);
    expect(out).toContain('EXPIRED at 2026-01-01T00:00:00.000Z, lets nobody in');
  });

  it('ends with 2 for warnings under --strict', async () => {
    const { code, err } = await check(DOUBTFUL, '--strict');
    expect(code).toBe(2);
    expect(err).toContain('error: invokeguard.yaml:6:');
  });

  it('prints every error with file and line, nothing on stdout, and ends with 2', async () => {
    const { code, out, err } = await check(BAD);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n')).toEqual([
      expect.stringContaining('error: invokeguard.yaml:3: `a b` is not a function name'),
      expect.stringContaining('error: invokeguard.yaml:5: `x` is not a key here'),
      '2 errors; nothing may be deployed with this file',
      '',
    ]);
  });

  it('prints the compiled functions as JSON', async () => {
    const { code, out } = await check(GOOD, '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'allowlist',
      warnings: [],
      functions: [{ pointer: '/functions/0', mode: 'enforce' }, { mode: 'observe' }, { invokers: [] }],
      costs: {
        trail: { selectors: 'guarded', widened: null },
        patterns: {
          rules: expect.any(Number),
          limits: { characters: 2048, rules: 250, wildcardRules: 28 },
          looseFunctions: [],
          passing: [{ pointer: '/functions/0/invokers/1', why: expect.any(String) }],
        },
      },
    });
  });

  it('prints problems as JSON, those that --strict makes of warnings too', async () => {
    const bad = await check(BAD, '--format', 'json');
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.out)).toMatchObject({
      kind: 'invalid',
      problems: [{ file: 'invokeguard.yaml', line: 3, pointer: '/functions/0/name' }, { line: 5 }],
    });
    const strict = await check(DOUBTFUL, '--format=json', '--strict');
    expect(strict.code).toBe(2);
    expect(JSON.parse(strict.out)).toMatchObject({ kind: 'invalid', problems: [{ line: 6 }] });
  });

  it.each([
    [['--bogus'], 'unknown option `--bogus`'],
    [['surplus'], 'surplus'],
    [['--format', 'xml'], '`xml` is not a format'],
    [['--config='], '`--config` has no value'],
    [['--characters', 'many'], '`--characters` is `many`, expected a whole number'],
    [['--rules', '1000'], '`--rules` is `1000`, expected a whole number from 1 to 400'],
  ])('refuses %j with one line and the usage', async (args, words) => {
    const { code, out, err } = await check(GOOD, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const [first, usage, ...rest] = err.split('\n');
    expect(first).toContain(words);
    expect(usage).toMatch(/^usage: invokeguard check/);
    expect(rest).toEqual(['']);
  });

  it('names a file that is not there as the user named it', async () => {
    const { code, err } = await check(GOOD, '--config', 'other.yaml');
    expect(code).toBe(2);
    expect(err).toContain('error: other.yaml: the file is not there');
  });

  it('prints its help', async () => {
    const { code, out } = await check(GOOD, '--help');
    expect({ code, out }).toEqual({ code: 0, out: checkCommand.help });
  });
});
