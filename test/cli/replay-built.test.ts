import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Corpus, writeCorpus } from '../../bench/corpus.ts';

/** Threads cannot run TypeScript, so this is about the command as build.mjs leaves it. */
const COMMAND = join(__dirname, '../../dist/cli/invokeguard.cjs');

let folder = '';
let corpus: Corpus;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'invokeguard-built-'));
  // Large enough for threads to be started.
  corpus = writeCorpus(join(folder, 'corpus'), 70_000, 'small', 7);
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'replay', ...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    cwd: folder,
  });
  return { code: status, out: stdout, err: stderr };
}

function replay(...args: string[]): ReturnType<typeof run> {
  return run(join(corpus.folder, 'logs'), '--config', corpus.allowlist, '--format', 'ndjson', ...args);
}

describe('replay as it is built', () => {
  it('says the same in the same order with one thread and with many', () => {
    const one = replay('--threads', '1');
    expect(one.code).toBe(3);
    expect(one.err).toContain(`70000 records in ${corpus.files} files`);
    expect(one.out.split('\n').length).toBeGreaterThan(20_000);
    const many = replay('--threads', '4');
    expect(many.out === one.out).toBe(true);
    expect([many.code, many.err]).toEqual([one.code, one.err]);
  }, 120_000);

  it('takes a call that is in two files for one, also when two threads read them', () => {
    const copy = join(folder, 'copy');
    cpSync(join(corpus.folder, 'logs'), copy, { recursive: true });
    const once = replay('--threads', '1', '--only', 'unauthorized');
    const twice = replay('--threads', '4', '--only', 'unauthorized', copy);
    expect(twice.out).toBe(once.out);
    expect(twice.err).toContain('140000 records');
    const calls = /calls: .*/.exec(once.err)?.[0] ?? 'none';
    expect(twice.err).toContain(calls);
    const judged = (calls.match(/\d+/g) ?? []).reduce((sum, count) => sum + Number(count), 0);
    expect(twice.err).toContain(`duplicates: ${judged} `);
  }, 120_000);

  it('names damaged files, reads on, and ends with 1', () => {
    const bad = mkdtempSync(join(folder, 'bad-'));
    const call = JSON.stringify({
      eventID: 'e1',
      eventTime: '2026-10-01T12:00:00Z',
      eventSource: 'lambda.amazonaws.com',
      eventName: 'Invoke',
      userIdentity: { type: 'AWSService', invokedBy: 's3.amazonaws.com' },
      resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:nobody-guards-it' }],
    });
    const whole = `{"Records":[${call}]}`;
    writeFileSync(join(bad, 'a-cut.json.gz'), gzipSync(whole).subarray(0, -20));
    writeFileSync(join(bad, 'b-text.json'), 'this is no JSON\n');
    writeFileSync(join(bad, 'c-half.json'), whole.slice(0, -40));
    writeFileSync(join(bad, 'd-good.json'), whole);
    const lenient = run(bad, '--config', corpus.allowlist, '--format', 'ndjson');
    expect([lenient.code, lenient.out.split('\n').length]).toEqual([1, 2]);
    expect(lenient.err).toContain('a-cut.json.gz: the gzip data is damaged or cut off');
    expect(lenient.err).toContain('b-text.json line 1: not JSON');
    expect(lenient.err).toContain('c-half.json line 1: not JSON, or cut off');
    expect(lenient.err).toContain('rejected: 3');
    const strict = run(bad, '--config', corpus.allowlist, '--format', 'ndjson', '--strict');
    expect([strict.code, strict.out]).toEqual([1, '']);
    expect(strict.err).toContain('--strict');
    expect(strict.err).toContain('rejected: 1');
  });

  it('ends with 1 where a file cannot be opened', () => {
    const bad = mkdtempSync(join(folder, 'closed-'));
    writeFileSync(join(bad, 'a.json'), '{"Records":[]}');
    chmodSync(join(bad, 'a.json'), 0);
    const { code, err } = run(bad, '--config', corpus.allowlist);
    // The administrator of the machine may read everything.
    const expected = process.getuid?.() === 0 ? [0, false] : [1, true];
    expect([code, err.includes('permission denied')]).toEqual(expected);
  });

  it('ends cleanly when it is interrupted, with what it has', async () => {
    const child = spawn(process.execPath, [
      COMMAND,
      'replay',
      join(corpus.folder, 'logs'),
      '--config',
      corpus.allowlist,
      '--format',
      'json',
    ]);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      // The first lines are out, most of the logs are not read yet.
      if (out === '') child.kill('SIGINT');
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    expect(code).toBe(1);
    expect(err).toContain('interrupted: this is what was read until then');
    const lines = JSON.parse(out) as unknown[];
    expect(lines.length).toBeGreaterThan(0);
    expect(err).toContain('calls: ');
  }, 60_000);

  it('prints with --against only what is judged otherwise, whatever the number of threads', () => {
    const wider = join(folder, 'wider.yaml');
    writeFileSync(
      wider,
      'version: 1\nfunctions:\n  - name: orders-000-worker\n    invokers:\n      - account: "111122223333"\n',
    );
    const { code, out, err } = replay('--threads', '3', '--against', wider);
    expect(code).toBe(3);
    const lines = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { verdict: string; before: { verdict: string } });
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.every(({ verdict, before }) => verdict !== before.verdict)).toBe(true);
    expect(err).toContain(`judged otherwise: ${lines.length}`);
    const same = replay('--threads', '3', '--against', corpus.allowlist);
    expect([same.code, same.out]).toEqual([0, '']);
  }, 120_000);
});
