// Makes a report of generated logs and opens it in Chromium: time, memory, size, and how long until it is there.
// Usage: node --import tsx bench/report.ts [records]   (after `npm run build`; logs go to a temporary folder)
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import chromium from '@sparticuz/chromium';
import { launch } from 'puppeteer-core';
import { writeCorpus } from './corpus.ts';

const COMMAND = resolve('dist/cli/invokeguard.cjs');

/** Runs the command and watches its memory, which only the system knows (Linux: /proc). */
async function makeReport(folder: string): Promise<{ readonly seconds: number; readonly peakMb: number }> {
  const startMs = performance.now();
  const args = [COMMAND, 'report', 'logs', '--output', 'report.html'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  let peakMb = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 50);
  const code = await new Promise((done) => child.once('close', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`\`invokeguard report\` ended with ${String(code)}`);
  return { seconds: (performance.now() - startMs) / 1000, peakMb };
}

/** Milliseconds from asking for the page until all of it is there, five times, each in a fresh tab. */
async function openPage(file: string): Promise<readonly number[]> {
  const browser = await launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: 'shell',
  });
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const page = await browser.newPage();
    await page.goto(`file://${file}`);
    times.push(Number(await page.evaluate('performance.getEntriesByType("navigation")[0].loadEventEnd')));
    await page.close();
  }
  await browser.close();
  return times;
}

const records = Number(process.argv[2] ?? '1000000');
const folder = mkdtempSync(join(tmpdir(), 'invokeguard-bench-report-'));
try {
  writeCorpus(folder, records, 'large', 1);
  const { seconds, peakMb } = await makeReport(folder);
  const file = join(folder, 'report.html');
  const times = [...(await openPage(file))].sort((left, right) => left - right);
  process.stdout.write(
    `${records} records: ${seconds.toFixed(1)} s, ${Math.round(peakMb)} MB at the most, ` +
      `${(statSync(file).size / 1e6).toFixed(2)} MB of HTML, ` +
      `opened in ${Math.round(times[2] ?? 0)} ms (median of 5; slowest ${Math.round(times[4] ?? 0)} ms)\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
