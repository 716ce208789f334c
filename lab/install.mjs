// Installs what `npm test` and `npm run demo` need, and nothing else: run by `pretest` and `predemo` with plain Node in
// a checkout that may have no node_modules yet, so it uses Node's built-ins only. Says nothing when nothing is to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const VENV = join(ROOT, '.venv');
const VENV_PYTHON = join(VENV, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const VENV_STAMP = join(VENV, 'invokeguard-requirements.sha256');
const REQUIREMENTS = join(ROOT, 'lab/requirements.txt');
const BUILT = join(ROOT, 'dist/lab/demo.cjs');
const BUILD_STAMP = join(ROOT, 'dist/invokeguard-built');
/** Everything that build.mjs reads. */
const SOURCES = 'aws build.mjs cli config containment core functions infra lab logs package.json'.split(' ');

/** A fault that a person can repair; its message is all that is printed. */
class InstallError extends Error {}

/** Decides why the Node packages must be installed; `undefined` when they are what the lock file says. */
function findStalePackages() {
  const installedPath = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(installedPath)) return 'not installed yet';
  const wanted = readPackages(join(ROOT, 'package-lock.json'));
  const installed = readPackages(installedPath);
  for (const [path, entry] of wanted) {
    const found = installed.get(path);
    // npm leaves out the optional packages of other platforms.
    if (found === undefined && entry.optional === true) continue;
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) {
      return 'package-lock.json has changed';
    }
  }
  for (const path of installed.keys()) {
    if (!wanted.has(path)) return 'package-lock.json has changed';
  }
  return undefined;
}

/** The packages of a lock file by path, without the checkout itself. npm keeps the installed ones in the same form. */
function readPackages(path) {
  const packages = Object.entries(JSON.parse(readFileSync(path, 'utf8')).packages);
  return new Map(packages.filter(([name]) => name !== ''));
}

function installPackages() {
  const cli = process.env.npm_execpath;
  const [command, ...first] = cli?.endsWith('js') ? [process.execPath, cli] : ['npm'];
  // The log level is stated because `npm test --silent` hands its own down, and a failure would say nothing.
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  run(command, [...first, ...flags], 'npm could not install the packages of package-lock.json');
}

/** Decides whether the built files are missing or older than a source. */
function findStaleBuild() {
  if (!existsSync(BUILT)) return 'not built yet';
  // The build leaves files alone that come out the same, so their times alone do not say when it ran.
  const builtMs = Math.max(...[BUILT, BUILD_STAMP].filter(existsSync).map((path) => statSync(path).mtimeMs));
  return SOURCES.some((name) => changedSince(join(ROOT, name), builtMs)) ? 'a source has changed' : undefined;
}

function build() {
  run(process.execPath, ['build.mjs'], 'the build failed');
  writeFileSync(BUILD_STAMP, '');
}

function changedSince(path, sinceMs) {
  if (!existsSync(path)) return false;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs > sinceMs;
  return readdirSync(path).some((name) => changedSince(join(path, name), sinceMs));
}

/** Decides why the virtual environment must be made again; `undefined` when it holds what requirements.txt says. */
function findStalePython() {
  if (!existsSync(VENV_STAMP)) return 'not installed yet';
  if (readFileSync(VENV_STAMP, 'utf8') !== digestRequirements()) return 'lab/requirements.txt has changed';
  // A Python that was upgraded or removed leaves a virtual environment behind that finds no packages.
  const probe = spawnSync(VENV_PYTHON, ['-c', 'import ministack'], { stdio: 'ignore' });
  return probe.status === 0 ? undefined : 'its Python has changed';
}

function digestRequirements() {
  return createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
}

function installPython() {
  const python = findPython();
  if (spawnSync('openssl', ['version'], { stdio: 'ignore' }).status !== 0) {
    throw new InstallError(
      'the local AWS needs the command `openssl` for its certificate, and there is none on the PATH; ' +
        'on Debian and Ubuntu install it with `sudo apt-get install openssl`',
    );
  }
  const made = spawnSync(python, ['-m', 'venv', '--clear', VENV], { encoding: 'utf8' });
  if (made.status !== 0) {
    const output = `${made.stdout}${made.stderr}`.trim();
    throw new InstallError(
      `cannot make a Python virtual environment with \`${python} -m venv\`; on Debian and Ubuntu install it with ` +
        `\`sudo apt-get install python3-venv\`, then run this again\n${output}`,
    );
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  const failure =
    'pip could not install lab/requirements.txt; is the Python package index (or your mirror) reachable?';
  run(VENV_PYTHON, [...pip, '-r', REQUIREMENTS], failure);
  writeFileSync(VENV_STAMP, digestRequirements());
}

/** Finds a Python that ministack runs on; `PYTHON` names another one than the `python3` of the PATH. */
function findPython() {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ['python3', 'python'];
  const seen = [];
  for (const python of candidates) {
    const probe = spawnSync(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    if (probe.status !== 0) continue;
    const [major, minor] = probe.stdout.trim().split('.').map(Number);
    if (major === 3 && minor >= 10) return python;
    seen.push(`\`${python}\` is ${probe.stdout.trim()}`);
  }
  throw new InstallError(
    `the local AWS needs Python 3.10 or newer: ${seen.join(', ') || `found no \`${candidates.join('` or `')}\``}; ` +
      'install one, or name it with the environment variable PYTHON',
  );
}

function run(command, args, failure) {
  const env = { ...process.env, PIP_USER: '0', CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (result.status !== 0) {
    throw new InstallError(`${failure} (${result.error?.message ?? `exit code ${result.status}`})`);
  }
}

/** Does one part when it has a reason to, and tells how long it took. */
function ensure(what, reason, install) {
  if (reason === undefined) return;
  const startMs = Date.now();
  process.stderr.write(`preparing ${what} (${reason})\n`);
  install();
  process.stderr.write(`prepared ${what} in ${((Date.now() - startMs) / 1000).toFixed(1)} s\n`);
}

try {
  ensure('the Node packages', findStalePackages(), installPackages);
  // `npm ci` builds too; this is for a checkout whose sources have changed since.
  ensure('the built command', findStaleBuild(), build);
  ensure('the local AWS', findStalePython(), installPython);
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
