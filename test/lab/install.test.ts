import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs that write their arguments to `calls`, and leave behind what the real ones do. */
const FAKE_NPM = `
  const fs = require('node:fs');
  fs.appendFileSync('calls', 'npm ' + process.argv.slice(2).join(' ') + '\\n');
  fs.mkdirSync('node_modules', { recursive: true });
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;
const FAKE_BUILD = `
  import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
  appendFileSync('calls', 'build\\n');
  mkdirSync('dist/lab', { recursive: true });
  if (!existsSync('dist/lab/demo.cjs')) writeFileSync('dist/lab/demo.cjs', '');
`;
const FAKE_PYTHON = `#!/bin/sh
case "$*" in
  *version_info*) echo "\${FAKE_VERSION:-3.11}" ;;
  *"-m venv"*)
    if [ -n "$FAKE_NO_VENV" ]; then echo "ensurepip is not available"; exit 1; fi
    echo "venv" >> "$CALLS"; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  *"-m pip install"*) echo "pip" >> "$CALLS" ;;
esac
`;
const LOCK = { packages: { '': { version: '1' }, 'node_modules/a': { version: '1.0.0', integrity: 'x' } } };

describe('the installer', () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'invokeguard-install-'));
    mkdirSync(join(checkout, 'lab'));
    mkdirSync(join(checkout, 'tools'));
    for (const file of ['lab/install.mjs', 'lab/requirements.txt']) cpSync(file, join(checkout, file));
    write('package-lock.json', JSON.stringify(LOCK));
    write('build.mjs', FAKE_BUILD);
    write('tools/npm.cjs', FAKE_NPM);
    write('tools/python3', FAKE_PYTHON);
    chmodSync(join(checkout, 'tools/python3'), 0o755);
    // Sources are older than what is built from them, whatever the clock's resolution.
    for (const file of ['build.mjs', 'lab/install.mjs', 'lab/requirements.txt', 'lab']) age(file, 60);
  });

  afterEach(() => rmSync(checkout, { recursive: true }));

  it('installs the packages, builds and makes the Python environment in a fresh clone', () => {
    expect(install()).toMatchObject({ status: 0 });
    expect(takeCalls()).toEqual([
      'npm ci --include=dev --no-audit --no-fund --loglevel=error',
      'build',
      'venv',
      'pip',
    ]);
  });

  it('does nothing and says nothing when everything is there', () => {
    install();
    takeCalls();
    expect(install()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(takeCalls()).toEqual([]);
  });

  it('installs the packages again when the lock file names another version', () => {
    install();
    takeCalls();
    write('package-lock.json', JSON.stringify(LOCK).replace('1.0.0', '1.0.1'));
    expect(install().stderr).toContain('package-lock.json has changed');
    expect(takeCalls()).toEqual(['npm ci --include=dev --no-audit --no-fund --loglevel=error']);
  });

  it('is content without the optional packages that npm leaves out on this platform', () => {
    const optional = { 'node_modules/b': { version: '1.0.0', integrity: 'y', optional: true } };
    install();
    takeCalls();
    write('package-lock.json', JSON.stringify({ packages: { ...LOCK.packages, ...optional } }));
    expect(install()).toMatchObject({ status: 0, stderr: '' });
  });

  it('builds again when a source is newer than the build', () => {
    install();
    takeCalls();
    age('dist/lab/demo.cjs', 120);
    age('dist/invokeguard-built', 120);
    expect(install().status).toBe(0);
    expect(takeCalls()).toEqual(['build']);
    // What came out the same kept its old time; the build is done all the same.
    expect(install().status).toBe(0);
    expect(takeCalls()).toEqual([]);
  });

  it('makes the Python environment again when the requirements have changed', () => {
    install();
    takeCalls();
    write('lab/requirements.txt', 'ministack==1.5.34\n');
    age('lab/requirements.txt', 60);
    expect(install().status).toBe(0);
    expect(takeCalls()).toEqual(['venv', 'pip']);
  });

  it('says which Python it needs when the one that is there is too old', () => {
    const result = install({ FAKE_VERSION: '3.9' });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('needs Python 3.10 or newer: `python3` is 3.9');
  });

  it('says what to install on Debian when Python comes without venv', () => {
    const result = install({ FAKE_NO_VENV: '1' });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('sudo apt-get install python3-venv');
  });

  function install(env: Record<string, string> = {}): {
    status: number | null;
    stdout: string;
    stderr: string;
  } {
    return spawnSync(process.execPath, ['lab/install.mjs'], {
      cwd: checkout,
      encoding: 'utf8',
      env: {
        PATH: `${join(checkout, 'tools')}:/usr/bin:/bin`,
        PYTHON: 'python3',
        npm_execpath: join(checkout, 'tools/npm.cjs'),
        CALLS: join(checkout, 'calls'),
        ...env,
      },
    });
  }

  function takeCalls(): string[] {
    const path = join(checkout, 'calls');
    const calls = readFileSync(path, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
    rmSync(path);
    return calls;
  }

  function write(file: string, text: string): void {
    writeFileSync(join(checkout, file), text);
  }

  /** Sets a file's time to that many seconds ago. */
  function age(file: string, seconds: number): void {
    const time = new Date(Date.now() - seconds * 1000);
    utimesSync(join(checkout, file), time, time);
  }
});
