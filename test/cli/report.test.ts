import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { main } from '../../cli/main.ts';
import type { Report } from '../../core/report/report.ts';
import { recordIo } from './recorded-io.ts';
import { ALLOWLIST, CALL } from './sample-call.ts';

const STRANGER = {
  ...CALL,
  eventID: 'e2',
  userIdentity: { type: 'AWSService', invokedBy: 'sns.amazonaws.com' },
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invokeguard-report-'));
  await writeFile(join(folder, 'invokeguard.yaml'), ALLOWLIST);
  await writeFile(join(folder, 'logs.json'), JSON.stringify({ Records: [CALL, STRANGER, STRANGER] }));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function run(...args: readonly string[]) {
  const io = recordIo({ cwd: folder });
  const code = await main(['report', ...args], io);
  return { code, ...io.written };
}

async function reportJson(...args: readonly string[]): Promise<Report> {
  const { out } = await run(...args, '--format', 'json');
  return JSON.parse(out) as Report;
}

describe('invokeguard report --format json', () => {
  it('prints one line of JSON, and the summary of the reading beside it', async () => {
    const { code, out, err } = await run('logs.json', '--format', 'json');
    expect([code, out.trimEnd().split('\n').length]).toEqual([0, 1]);
    expect(err).toContain('calls: 1 unauthorized, 0 undetermined, 1 authorized, 0 unguarded');
    expect(JSON.parse(out)).toMatchObject({
      kind: 'report',
      version: 1,
      generatedTime: '2026-11-21T10:00:00.000Z',
      allowlist: { file: 'invokeguard.yaml', entries: 1 },
      logs: { completeness: 'whole', files: 1, records: 3, duplicates: 1, rejected: 0 },
      calls: { total: 2, verdicts: { authorized: 1, unauthorized: 1 } },
      violations: { blocked: 1, findings: { rows: [{ eventID: 'e2', mode: 'enforce' }] } },
    });
  });

  it('counts calls of the time asked for only', async () => {
    const report = await reportJson('logs.json', '--since', '2026-10-02');
    expect(report.logs).toMatchObject({
      outsideWindow: 2,
      sinceTime: '2026-10-02T00:00:00Z',
      untilTime: null,
    });
    expect(report.calls.total).toBe(0);
  });

  it('puts retries apart: they are no calls, and the cost counts them', async () => {
    const retry = {
      ...CALL,
      eventName: 'InvokeExecution',
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
    };
    const records = [CALL, { ...retry, eventID: 'r1' }, { ...retry, eventID: 'r2' }];
    await writeFile(join(folder, 'async.json'), JSON.stringify({ Records: records }));
    const { calls, asynchronous, cost } = await reportJson('async.json');
    expect([calls.total, asynchronous.executions, asynchronous.functions.rows[0]?.executions]).toEqual([
      1, 2, 2,
    ]);
    expect([cost.all.withoutExecutions.events, cost.all.withExecutions?.events]).toEqual([1, 3]);
  });

  it('escapes what could act on a terminal, and reads back the same', async () => {
    const odd = { ...CALL, userIdentity: { type: 'Odd\u202e\u001b[2J' } };
    await writeFile(join(folder, 'odd.json'), JSON.stringify(odd));
    const { out } = await run('odd.json', '--format', 'json');
    expect([out.includes('\u202e'), out.includes('\u001b')]).toEqual([false, false]);
    const [row] = (JSON.parse(out) as Report).undetermined.findings.rows;
    expect(row?.caller).toEqual({ kind: 'unknown', seen: 'userIdentity.type Odd\u202e\u001b[2J' });
  });

  it('reports the sample records', async () => {
    const report = await reportJson(resolve('test/records'));
    expect(report.calls.total).toBe(13);
    expect(report.topCallers.services.rows.map(({ name }) => name)).toContain('s3.amazonaws.com');
  });
});

describe('the allowlist of invokeguard report', () => {
  it('may be missing where it was not named: then nobody guards any function', async () => {
    await rm(join(folder, 'invokeguard.yaml'));
    const { code, out, err } = await run('logs.json', '--format', 'json');
    expect([code, err.split('\n')[0]]).toEqual([
      0,
      'note: there is no invokeguard.yaml here, so every function counts as unguarded',
    ]);
    const report = JSON.parse(out) as Report;
    expect([report.allowlist, report.calls.verdicts.unguarded]).toEqual([{ file: null, entries: 0 }, 2]);
  });

  it.each([
    ['that was named and is not there', ['--config', 'other.yaml'], ALLOWLIST],
    ['that is there and says nothing sensible', [], 'version: 2\n'],
  ])('stops everything: one %s', async (_name, args, text) => {
    await writeFile(join(folder, 'invokeguard.yaml'), text);
    const { code, out, err } = await run('logs.json', '--output', 'report.json', ...args);
    expect([code, out, existsSync(join(folder, 'report.json'))]).toEqual([2, '', false]);
    expect(err).toContain('error: ');
  });
});

describe('what invokeguard report refuses', () => {
  it.each([
    [[], 'no PATH given'],
    [['logs.json', '--format', 'pdf'], '`pdf` is not a format, expected `html` or `json`'],
    [['logs.json', '--formt', 'json'], 'did you mean `--format`?'],
    [['logs.json', '--output', ''], 'option `--output` needs a value'],
    [['logs.json', '--since', 'yesterday'], '--since: `yesterday` is not a time'],
    [[''], 'an empty PATH'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('invokeguard report --output', () => {
  const write = (name: string) => run('logs.json', '--format', 'json', '--output', name);

  it('writes the file whole, in place of one that is there, and leaves nothing else behind', async () => {
    await writeFile(join(folder, 'report.json'), 'old');
    const { code, out } = await write('report.json');
    expect([code, out]).toEqual([0, '']);
    expect(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))).toMatchObject({ kind: 'report' });
    expect((await readdir(folder)).sort()).toEqual(['invokeguard.yaml', 'logs.json', 'report.json']);
  });

  it('writes to the file behind a link, which stays a link', async () => {
    await mkdir(join(folder, 'kept'));
    await writeFile(join(folder, 'kept/report.json'), 'old');
    await symlink('kept/report.json', join(folder, 'report.json'));
    expect((await write('report.json')).code).toBe(0);
    expect(await readFile(join(folder, 'kept/report.json'), 'utf8')).toContain('"kind":"report"');
    expect(await readdir(join(folder, 'kept'))).toEqual(['report.json']);
  });

  it.each([
    ['missing/report.json', 'cannot write `missing/report.json`: no such file or folder'],
    ['logs.json/report.json', 'cannot write `logs.json/report.json`'],
    ['.', 'cannot write `.`: it is a folder, expected the name of a file'],
    ['logs.json', 'cannot write `logs.json`: it is one of the logs that are read, expected another file'],
  ])('says before it reads that `%s` cannot be written', async (name, message) => {
    const { code, out, err } = await write(name);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('records in');
    expect(await readFile(join(folder, 'logs.json'), 'utf8')).toContain('"Records"');
  });

  it('says before it reads that a folder takes no new files', async () => {
    await mkdir(join(folder, 'closed'), { mode: 0o500 });
    const { code, err } = await write('closed/report.json');
    // The administrator of the machine may write everywhere.
    const expected = process.getuid?.() === 0 ? [0, false, true] : [1, true, false];
    const said = err.includes('cannot write `closed/report.json`: permission denied');
    expect([code, said, err.includes('records in')]).toEqual(expected);
  });

  // A device that is always full: Linux has one.
  const describeOnLinux = existsSync('/dev/full') ? describe : describe.skip;
  describeOnLinux('on a full disk', () => {
    it('says so and ends with 1', async () => {
      const { code, out, err } = await write('/dev/full');
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain('cannot write `/dev/full`: no space is left on the disk');
      expect(existsSync('/dev/full')).toBe(true);
    });
  });
});

describe('logs that cannot all be read', () => {
  it('are reported as far as they go, marked in the report, and answered with 1', async () => {
    await mkdir(join(folder, 'more'));
    await symlink('loop.json', join(folder, 'more/loop.json'));
    const { code, out } = await run('logs.json', 'more', '--format', 'json');
    const { logs, calls } = JSON.parse(out) as Report;
    expect([code, logs.completeness, calls.total]).toEqual([1, 'partial', 2]);
    expect(logs.unreadable).toEqual(['more/loop.json: a link that leads to itself']);
  });

  it('are not begun where a path that was named is missing', async () => {
    const { code, out, err } = await run('logs.json', 'gone.json');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('cannot read `gone.json`: no such file or folder');
  });
});
