import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What becomes of results on their way out is the process's own business, so this is about the built command. */
const COMMAND = join(__dirname, '../../dist/cli/invokeguard.cjs');

const RECORD = {
  eventID: 'e1',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'Invoke',
  userIdentity: { type: 'AWSService', invokedBy: 's3.amazonaws.com' },
  resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer' }],
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'invokeguard-output-'));
  writeFileSync(join(folder, 'logs.json'), JSON.stringify(RECORD));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** @param limit of a file's size in blocks of the shell's: like a disk, such a file takes the first part of a write */
function report(limit: string): { code: number | null; err: string; bytes: number } {
  const script = `ulimit -f ${limit}; exec "$0" "$1" report logs.json > report.html`;
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, COMMAND], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { code: status, err: stderr, bytes: statSync(join(folder, 'report.html')).size };
}

test('results that fit into a file only in part are told, and answered with 1', () => {
  const whole = report('unlimited');
  expect(whole.code).toBe(0);
  const cut = report('8');
  expect(cut.bytes).toBeGreaterThan(0);
  expect(cut.bytes).toBeLessThan(whole.bytes);
  expect(cut.err).toContain('cannot write the results to standard output');
  expect(cut.code).toBe(1);
});
