// The whole check, run by `npm test`: build, types, lint, format, then every jest test. Shows the output of what
// failed, and ends with one plain line, `N passed, N failed`, that counts the tests and these checks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RESULTS = join(ROOT, '.lab/test-results.json');
/** Read by .ci/run, because npm adds lines of its own after a failure. */
const SUMMARY = join(ROOT, '.lab/test-summary.txt');
/** npm scripts, in the order in which they run: the infrastructure and end-to-end tests need the build. */
const CHECKS = ['build', 'typecheck', 'lint', 'format:check'];

/** Runs one npm script; its output is shown only when it fails. */
function runCheck(script) {
  const cli = process.env.npm_execpath;
  const [command, ...first] = cli?.endsWith('js') ? [process.execPath, cli] : ['npm'];
  const startMs = Date.now();
  const result = spawnSync(command, [...first, 'run', '--silent', script], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const verdict = result.status === 0 ? 'passed' : 'FAILED';
  process.stdout.write(`${verdict}  ${script}  ${formatSeconds(Date.now() - startMs)}\n`);
  if (result.status !== 0) process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}\n`);
  return result.status === 0;
}

/** Runs every jest test, with its own output, and counts them from jest's report. */
function runTests() {
  rmSync(RESULTS, { force: true });
  const startMs = Date.now();
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const result = spawnSync(process.execPath, [jest, '--json', `--outputFile=${RESULTS}`], {
    cwd: ROOT,
    // jest prints its JSON on stdout as well; people read its stderr.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const counts = readCounts(result.status);
  process.stdout.write(
    `${counts.failed === 0 ? 'passed' : 'FAILED'}  jest  ${formatSeconds(Date.now() - startMs)}` +
      `${counts.skipped > 0 ? `  (${counts.skipped} skipped)` : ''}\n`,
  );
  return counts;
}

/** A jest that ends without a report, or fails without a failed test, counts as one failure. */
function readCounts(status) {
  let report;
  try {
    report = JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function formatSeconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

mkdirSync(dirname(SUMMARY), { recursive: true });
const checksPassed = CHECKS.filter(runCheck).length;
const tests = runTests();
const failed = tests.failed + CHECKS.length - checksPassed;
const summary = `${tests.passed + checksPassed} passed, ${failed} failed`;
writeFileSync(SUMMARY, `${summary}\n`);
process.stdout.write(`${summary}\n`);
process.exitCode = failed === 0 ? 0 : 1;
