import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';

/** Whether a headless Chromium from npm starts on this machine. */
export type ChromiumState =
  | { readonly kind: 'there'; readonly executablePath: string; readonly args: readonly string[] }
  | { readonly kind: 'missing'; readonly why: string };

const PROBE = `
const chromium = require('@sparticuz/chromium');
const puppeteer = require('puppeteer-core');
(async () => {
  const executablePath = await chromium.executablePath();
  const browser = await puppeteer.launch({ executablePath, args: chromium.args, headless: 'shell' });
  await browser.close();
  process.stdout.write(JSON.stringify({ kind: 'there', executablePath, args: chromium.args }));
})();
`;

/**
 * Finds out whether Chromium starts, in a process of its own: tests must know before they begin whether to skip, and
 * unpacking it needs a way to load modules that jest has not.
 */
export function findChromium(): ChromiumState {
  const probe = spawnSync(process.execPath, ['-e', PROBE], {
    cwd: join(__dirname, '../../..'),
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (probe.status === 0) return JSON.parse(probe.stdout) as ChromiumState;
  return {
    kind: 'missing',
    why: /^\w*Error.*$/m.exec(probe.stderr)?.[0] ?? probe.error?.message ?? 'it did not start',
  };
}

/** Starts the Chromium that was found. */
export async function startChromium(state: Extract<ChromiumState, { kind: 'there' }>): Promise<Browser> {
  const { default: puppeteer } = await import('puppeteer-core');
  return puppeteer.launch({
    executablePath: state.executablePath,
    args: [...state.args],
    headless: 'shell',
  });
}
