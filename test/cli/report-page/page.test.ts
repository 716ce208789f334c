import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { findAxe } from './axe.ts';
import { findChromium, startChromium } from './chromium.ts';

const COMMAND = resolve('dist/cli/invokeguard.cjs');
const ACCOUNT = '111122223333';
const HOSTILE = `</script></title></style><script>alert(1)</script><img src=x onerror="alert(2)">'"&\u202e`;
/** As the page must show it: to the letter, with the character that turns the line around written out. */
const SHOWN = HOSTILE.replace('\u202e', '\\u{202e}');

const chromium = findChromium();
const axe = findAxe();
if (chromium.kind === 'missing')
  process.stderr.write(`the page is not tested in Chromium: ${chromium.why}\n`);
if (axe.kind === 'missing') process.stderr.write(`the page is not tested with axe: ${axe.why}\n`);

const describeInChromium = chromium.kind === 'there' ? describe : describe.skip;
const describeWithAxe = axe.kind === 'there' ? describe : describe.skip;

function name(functionName: string): string {
  return `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${functionName}`;
}

let sequence = 0;
function record(functionName: string, userIdentity: object, time: string, changes: object = {}): object {
  sequence += 1;
  return {
    eventID: `event-${sequence}`,
    eventTime: time,
    eventSource: 'lambda.amazonaws.com',
    eventName: 'Invoke',
    awsRegion: 'eu-west-1',
    userIdentity,
    requestParameters: {},
    resources: [{ ARN: name(functionName) }],
    ...changes,
  };
}

function assume(role: string, sessionName = 'one'): object {
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${sessionName}`,
    sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/${role}` } },
  };
}

const ALLOWLIST = `version: 1
functions:
  - name: thumbnailer
    mode: enforce
    invokers:
      - role: arn:aws:iam::${ACCOUNT}:role/ci
`;

const RECORDS = [
  ...Array.from({ length: 40 }, (_, hour) =>
    record(
      'thumbnailer',
      assume('ci'),
      new Date(Date.parse('2026-10-01T00:30:00Z') + hour * 3_600_000).toISOString(),
    ),
  ),
  record('thumbnailer', assume('stranger', HOSTILE), '2026-10-02T10:00:00Z', { eventID: HOSTILE }),
  record('thumbnailer', { type: HOSTILE }, '2026-10-02T11:00:00Z'),
  record('legacy', { type: 'AWSService', invokedBy: 's3.amazonaws.com' }, '2026-10-02T12:00:00Z', {
    requestParameters: { sourceArn: HOSTILE, sourceAccount: HOSTILE },
  }),
  record(HOSTILE.replaceAll(':', ''), assume('ci'), '2026-10-02T13:00:00Z'),
  record('thumbnailer', { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' }, '2026-10-02T13:00:00Z', {
    eventName: 'InvokeExecution',
  }),
];

describeInChromium('the page of invokeguard report, in Chromium', () => {
  let folder = '';
  let file = '';
  let browser: Browser;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    if (chromium.kind !== 'there') return;
    folder = mkdtempSync(join(tmpdir(), 'invokeguard-page-'));
    writeFileSync(join(folder, 'invokeguard.yaml'), ALLOWLIST);
    writeFileSync(join(folder, 'logs.json'), JSON.stringify({ Records: RECORDS }));
    execFileSync(process.execPath, [COMMAND, 'report', 'logs.json', '--output', 'report.html'], {
      cwd: folder,
      stdio: 'pipe',
    });
    file = join(folder, 'report.html');
    browser = await startChromium(chromium);
    page = await browser.newPage();
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(`file://${file}`);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  const texts = (selector: string) =>
    page.$$eval(selector, (elements) => elements.map(({ textContent }) => textContent?.trim() ?? ''));

  it('asks for nothing but itself, and complains of nothing', () => {
    expect(requests).toEqual([`file://${file}`]);
    expect(complaints).toEqual([]);
  });

  it('has nothing in it that could run or load, and a policy that would forbid it', async () => {
    const active =
      'script, img, iframe, object, embed, link, form, base, video, audio, image, use, foreignObject';
    expect(await texts(active)).toEqual([]);
    const attributes = (await page.evaluate(
      '[...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames())',
    )) as readonly string[];
    expect(attributes.filter((key) => key.startsWith('on') || key === 'src')).toEqual([]);
    const policy = await page.$eval('meta[http-equiv]', (meta) => meta.getAttribute('content'));
    expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
    expect(await page.evaluate('document.title')).toBe('Who calls your Lambda functions: Invokeguard report');
  });

  it('shows to the letter what strangers wrote', async () => {
    const cells = await texts('td, th');
    const showing = (start: string) => cells.filter((cell) => cell.startsWith(start) && cell.includes(SHOWN));
    expect(showing('no entry of the allowlist lists this caller')).toHaveLength(1);
    expect(showing('unknown unknown caller').length).toBeGreaterThan(0);
    expect(showing('service s3.amazonaws.com for').length).toBeGreaterThan(0);
    expect(readFileSync(file, 'utf8').includes('\u202e')).toBe(false);
  });

  it('tells in its first lines what enforcing would have blocked', async () => {
    expect(await texts('.lead')).toEqual([
      '1 of 44 calls came from callers who are not listed. Enforcing would have blocked all of them.',
    ]);
    expect(await texts('.tiles .figure')).toEqual(['1', '1', '4', '2', '< $0.01']);
  });

  it('has a heading for each question, and a link to it', async () => {
    const targets = await page.$$eval('nav a', (links) =>
      links.map((link) => link.getAttribute('href') ?? ''),
    );
    expect(targets).toHaveLength(10);
    for (const target of targets) expect(await page.$$(`h2${target}`)).toHaveLength(1);
    expect(await texts('h2')).toEqual([
      'What enforcing would have blocked',
      'Undetermined',
      'Newly seen callers',
      'Functions nobody guards',
      'Calls over time',
      'Who calls which function',
      'Top callers',
      'Asynchronous work and retries',
      'What the data events cost',
      'What was read',
    ]);
  });

  it('draws each chart with a name, with marks in it, and with its numbers in a table', async () => {
    const charts = await page.$$eval('svg', (svgs) =>
      svgs.map((svg) => ({
        name: svg.getAttribute('aria-label') ?? '',
        role: svg.getAttribute('role'),
        marks: svg.querySelectorAll('rect, path').length,
        width: svg.getBoundingClientRect().width,
      })),
    );
    expect(charts.length).toBeGreaterThanOrEqual(9);
    for (const { name, role, marks, width } of charts) {
      expect(name).toContain('the table below has the numbers');
      expect([role, marks > 0, width > 100]).toEqual(['img', true, true]);
    }
    const columns = await page.$$eval('#timeline ~ figure:first-of-type svg rect title', (titles) =>
      titles.map(({ textContent }) => textContent),
    );
    expect(columns[0]).toBe('2026-10-02 12:00: 1 nobody guards the function');
    expect(columns).toContain('2026-10-01 00:00: 1 authorized');
    // Marks have the colours of the style sheet, not the black of a colour that is not there.
    const fills = await page.evaluate(
      '[...document.querySelectorAll("svg rect")].map((rect) => getComputedStyle(rect).fill)',
    );
    expect(fills).not.toContain('rgb(0, 0, 0)');
  });

  it('is light or dark as the reader likes it, and light on paper', async () => {
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const scheme = async (value: string) => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      return background();
    };
    expect([await scheme('light'), await scheme('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(20, 23, 27)']);
    await page.emulateMediaType('print');
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.emulateMediaType('screen');
    expect(
      Buffer.from(await page.pdf())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
  });

  it('fits a narrow screen: tables scroll by themselves, the page does not', async () => {
    await page.setViewport({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.setViewport({ width: 1200, height: 900 });
  });

  it('can be read with the keyboard alone', async () => {
    await page.reload();
    const stops: string[] = [];
    for (let presses = 0; presses < 14; presses += 1) {
      await page.keyboard.press('Tab');
      stops.push(
        (await page.evaluate(
          'document.activeElement.getAttribute("href") ?? document.activeElement.getAttribute("role") ?? document.activeElement.localName',
        )) as string,
      );
    }
    expect(stops.slice(0, 3)).toEqual(['#main', '#violations', '#undetermined']);
    expect(stops).toContain('region');
    await page.keyboard.press('Tab');
    const summary = await page.$('details summary');
    await summary?.focus();
    await page.keyboard.press('Enter');
    expect(await page.$eval('details', (details) => details.hasAttribute('open'))).toBe(true);
  });

  describeWithAxe('as axe sees it', () => {
    it.each(['light', 'dark'])(
      'has nothing that keeps people out, %s',
      async (scheme) => {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await page.evaluate(
          'document.querySelectorAll("details").forEach((one) => one.setAttribute("open", ""))',
        );
        // Through the debugger, since the page's own policy lets nobody add a script.
        await page.evaluate(axe.kind === 'there' ? axe.code : '');
        const violations = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))',
        );
        expect(violations).toEqual([]);
      },
      60_000,
    );
  });
});

describe('the size of the page', () => {
  it('stays under 2 MB however many functions, callers and odd names the logs hold', () => {
    const folder = mkdtempSync(join(tmpdir(), 'invokeguard-page-size-'));
    try {
      const many = Array.from({ length: 4000 }, (_, index) => {
        const at = new Date(Date.parse('2026-01-01T00:00:00Z') + index * 3_600_000).toISOString();
        const caller =
          index % 3 === 0 ? { type: `${'<'.repeat(400)}${index}` } : assume(`r${index}${'x'.repeat(50)}`);
        return record(index % 2 === 0 ? 'thumbnailer' : `f${index}${'y'.repeat(60)}`, caller, at);
      });
      writeFileSync(join(folder, 'invokeguard.yaml'), ALLOWLIST);
      writeFileSync(join(folder, 'logs.ndjson'), many.map((one) => JSON.stringify(one)).join('\n'));
      execFileSync(process.execPath, [COMMAND, 'report', 'logs.ndjson', '--output', 'report.html'], {
        cwd: folder,
        stdio: 'pipe',
      });
      expect(statSync(join(folder, 'report.html')).size).toBeLessThan(2_000_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
