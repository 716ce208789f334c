import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readLastWarnings } from '../../lab/lab.ts';
import { runProgram } from '../../lab/program.ts';
import { pollUntil, StepFailure } from '../../lab/step-failure.ts';

describe('a step that does not end as it must', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'invokeguard-lab-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('fails with what was expected when the answer never comes', async () => {
    const waiting = pollUntil(
      'the light to be green',
      () => Promise.resolve('red'),
      (answer) => answer === 'green',
      { timeoutMs: 20, intervalMs: 1 },
    );
    await expect(waiting).rejects.toThrow('expected the light to be green within 0.02 s, got "red"');
  });

  it('fails when a program ends with another code than 0, with its last lines and its log', async () => {
    const program = {
      title: 'cdk deploy',
      args: ['-e', 'console.log("out"); console.error("no such stack"); process.exit(3)'],
      cwd: folder,
      env: {},
      logPath: join(folder, 'cdk.log'),
    };
    const running = runProgram(program);
    await expect(running).rejects.toThrow(StepFailure);
    await expect(running).rejects.toThrow(/`cdk deploy` to end with code 0, got code 3; .*no such stack/su);
    expect(readFileSync(program.logPath, 'utf8')).toContain('$ cdk deploy\n');
  });

  it('fails the whole demo, which names the logs and cleans up', () => {
    mkdirSync(join(folder, '.venv/bin'), { recursive: true });
    const python = join(folder, '.venv/bin/python');
    writeFileSync(python, '#!/bin/sh\necho "no module named ministack"\nexit 1\n');
    chmodSync(python, 0o755);
    const demo = spawnSync(process.execPath, [resolve('dist/lab/demo.cjs')], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(demo.status).toBe(1);
    expect(demo.stderr).toMatch(/the demo failed: the local AWS did not start.*no module named ministack/su);
    expect(demo.stderr).toMatch(/logs: \.lab\/run-\w+\/\*\.log/u);
  });

  it('points to the last warnings of the local AWS', () => {
    const logPath = join(folder, 'local-aws.log');
    const lines = ['INFO [x] a', 'WARNING [x] b', 'ERROR [x] c', 'INFO [x] d'];
    writeFileSync(logPath, lines.map((line) => `2026-11-21 08:53:46 ${line}\n`).join(''));
    expect(readLastWarnings({ logPath }).map((line) => line.slice(-1))).toEqual(['b', 'c']);
  });

  it('is not needed for a wrong option: that is a usage error', () => {
    const demo = spawnSync(process.execPath, [resolve('dist/lab/demo.cjs'), '--keeep'], { encoding: 'utf8' });
    expect(demo.status).toBe(2);
    expect(demo.stderr).toContain('Usage: npm run demo');
  });
});
