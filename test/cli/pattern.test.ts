import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../cli/main.ts';
import { patternCommand } from '../../cli/pattern.ts';
import { compileAllowlist } from '../../config/allowlist-file.ts';
import { addHeartbeatTarget } from '../../core/allowlist/heartbeat-entry.ts';
import { compilePatterns } from '../../core/pattern/pattern-compiler.ts';
import { type RecordedIo, recordIo } from './recorded-io.ts';

const CONTENT = {
  version: 1,
  functions: [
    {
      name: 'thumbnailer',
      invokers: [
        { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::uploads', sourceAccount: '111122223333' },
        { role: 'arn:aws:iam::111122223333:role/ci-deploy', expires: '2027-01-31' },
      ],
    },
  ],
};
const OWN = [
  'arn:aws:lambda:eu-west-1:111122223333:function:invokeguard-remediator',
  'arn:aws:lambda:eu-west-1:111122223333:function:invokeguard-converger',
];

describe('invokeguard pattern', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pattern-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => writeFileSync(join(folder, 'invokeguard.yaml'), JSON.stringify(CONTENT)));

  async function run(...args: readonly string[]): Promise<{ code: number; io: RecordedIo }> {
    const io = recordIo({ cwd: folder });
    return { code: await main(['pattern', ...args], io), io };
  }

  function compile(...args: [exclude: readonly string[], characters?: number, rules?: number]): unknown {
    const [exclude, characters = 2048, rules = 250] = args;
    const reading = compileAllowlist(CONTENT, 'allowlist');
    if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
    const limits = { characters, rules, wildcardRules: 28 };
    return compilePatterns(addHeartbeatTarget(reading.allowlist), exclude, limits).patterns;
  }

  it('prints what the allowlist compiles to as a JSON array on stdout, and only that', async () => {
    const { code, io } = await run();
    expect(code).toBe(0);
    const printed: unknown = JSON.parse(io.written.out);
    expect(Array.isArray(printed)).toBe(true);
    expect(printed).toEqual(compile([]));
  });

  it('has the calls of the heartbeat’s target among them, unless the guard is to have none', async () => {
    const { io } = await run();
    expect(io.written.out).toContain('invokeguard-heartbeat-target');
    const without = await run('--heartbeat', 'none');
    expect(without.code).toBe(0);
    expect(without.io.written.out).not.toContain('heartbeat');
  });

  it('leaves out every function that --exclude names', async () => {
    const { io } = await run('--exclude', OWN[0] ?? '', `--exclude=${OWN[1]}`);
    expect(JSON.parse(io.written.out)).toEqual(compile(OWN));
    for (const arn of OWN) expect(io.written.out).toContain(`"${arn}"`);
  });

  it('says on stderr what the patterns take and what they do not filter', async () => {
    const { io } = await run();
    const lines = io.written.err.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^EventBridge: \d+ rules \(of 250\), \d+ characters in all/);
    expect(io.written.err).toContain('(/functions/0/invokers/1)');
  });

  it('compiles for the quotas that are given', async () => {
    const { io } = await run('--characters', '4096', '--rules', '1');
    expect(JSON.parse(io.written.out)).toEqual(compile([], 4096, 1));
    expect(io.written.err).toContain('EventBridge: 1 rule (of 1)');
    expect(io.written.err).toContain('Not filtered exactly');
  });

  it.each([
    [
      ['--exclude', 'invokeguard-remediator'],
      '`--exclude` is `invokeguard-remediator`, expected the full ARN',
    ],
    [['--exclude', `${OWN[0]}:live`], `expected an ARN without a version or alias: write \`${OWN[0]}\``],
    [['--exclude', 'arn:aws:lambda:eu-west-1:111122223333:function:invokeguard-*'], 'expected the full ARN'],
    [['--exclude'], '`--exclude` needs a value'],
    [['--heartbeat', 'off'], '`--heartbeat` is `off`, expected `on` or `none`'],
    [['--characters', '2k'], '`--characters` is `2k`, expected a whole number'],
    [['--characters', '512'], '`--characters` is `512`, expected a whole number from 1536'],
    [['--rules', '0'], '`--rules` is `0`, expected a whole number from 1 to 400'],
    [['--rules', '-3'], '--rules'],
    [['--format', 'json'], 'unknown option `--format`'],
    [['surplus'], 'unexpected `surplus`'],
  ])('refuses %j with one line and the usage', async (args, words) => {
    const { code, io } = await run(...args);
    expect({ code, out: io.written.out }).toEqual({ code: 2, out: '' });
    const [first, usage, ...rest] = io.written.err.split('\n');
    expect(first).toContain(words);
    expect(usage).toMatch(/^usage: invokeguard pattern/);
    expect(rest).toEqual(['']);
  });

  it('prints the faults of a bad allowlist, no pattern, and ends with 2', async () => {
    writeFileSync(
      join(folder, 'invokeguard.yaml'),
      'version: 1\nfunctions:\n  - name: a b\n    invokers: []\n',
    );
    const { code, io } = await run();
    expect({ code, out: io.written.out }).toEqual({ code: 2, out: '' });
    expect(io.written.err).toMatch(/^error: invokeguard\.yaml:3: `a b` is not a function name/);
  });

  it('prints its help', async () => {
    const { code, io } = await run('--help');
    expect({ code, out: io.written.out }).toEqual({ code: 0, out: patternCommand.help });
  });
});
