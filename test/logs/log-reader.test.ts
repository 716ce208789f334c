import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { LogEntry } from '../../logs/log-entry.ts';
import { findLogFiles } from '../../logs/log-files.ts';
import { readLogFile } from '../../logs/log-reader.ts';

const A = { eventName: 'Invoke', eventID: 'a' };
const B = { eventName: 'Invoke', eventID: 'b' };
const a = JSON.stringify(A);
const b = JSON.stringify(B);

async function readBytes(...chunks: (string | Uint8Array)[]): Promise<LogEntry[]> {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  return collect(readLogFile({ kind: 'stdin', name: '-' }, () => stream));
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Records as their input, everything else as kind and place. */
function outline(entries: readonly LogEntry[]): unknown[] {
  return entries.map((entry) => {
    if (entry.kind === 'record') return entry.input;
    return entry.kind === 'unreadable' ? entry.kind : `${entry.kind} at ${entry.position.line}`;
  });
}

describe('readLogFile', () => {
  it.each<[string, (string | Uint8Array)[], unknown[]]>([
    ['a log file', [JSON.stringify({ Records: [A, B] })], [A, B]],
    ['a pretty-printed log file', [JSON.stringify({ Records: [A, B] }, null, 2)], [A, B]],
    ['a bare array', [`[${a},${b}]`], [A, B]],
    ['an array with a record a line', [`[\n${a},\n${b}\n]\n`], [A, B]],
    ['one record', [a], [A]],
    ['a record a line', [`${a}\n${b}\n`], [A, B]],
    ['lines that end as on Windows, with blank ones', [`${a}\r\n\r\n${b}\r\n`], [A, B]],
    ['a byte order mark', [`\uFEFF${a}`], [A]],
    ['UTF-16 as PowerShell writes it', [Buffer.from(`\uFEFF${a}\n${b}`, 'utf16le')], [A, B]],
    ['joined log files without a line break', [`{"Records":[${a}]}{"Records":[${b}]}`], [A, B]],
    [
      'pretty-printed records one after the other',
      [JSON.stringify(A, null, 2), '\n', JSON.stringify(B, null, 2)],
      [A, B],
    ],
    ['LookupEvents output', [JSON.stringify({ Events: [{ CloudTrailEvent: a }] })], [{ CloudTrailEvent: a }]],
    [
      'an EventBridge event',
      [JSON.stringify({ 'detail-type': 'x', detail: A })],
      [{ 'detail-type': 'x', detail: A }],
    ],
    ['an array of log files', [JSON.stringify([{ Records: [A] }, { Records: [B] }])], [A, B]],
    ['gzip', [gzipSync(a)], [A]],
    ['several gzip members', [Buffer.concat([gzipSync(`${a}\n`), gzipSync(b)])], [A, B]],
    ['gzip whose first byte comes alone', [gzipSync(a).subarray(0, 1), gzipSync(a).subarray(1)], [A]],
    [
      'a character cut between two chunks',
      [Buffer.from('{"x":"ü"}').subarray(0, 7), Buffer.from('{"x":"ü"}').subarray(7)],
      [{ x: 'ü' }],
    ],
    ['nothing', [], []],
    ['white space only', [' \n\n'], []],
    ['a log file without records', ['{"Records":[]}'], []],
    ['a digest file', [JSON.stringify({ digestStartTime: 't', logFiles: [] })], ['skipped at 1']],
    ['a digest file among log files', [`{"digestStartTime":"t","logFiles":[]}\n${a}`], ['skipped at 1', A]],
    [
      'an Insights file, whose records the core skips',
      ['{"Records":[{"eventCategory":"Insight","insightDetails":{}}]}'],
      [{ eventCategory: 'Insight', insightDetails: {} }],
    ],
    ['a record twice: telling duplicates is not its matter', [`{"Records":[${a},${a}]}`], [A, A]],
    [
      'several gzip members that end as on Windows, each with a byte order mark',
      [Buffer.concat([gzipSync(`\uFEFF${a}\r\n`), gzipSync(`\uFEFF{"Records":[${b}]}\r\n`)])],
      [A, B],
    ],
    ['null for the records', ['{"Records":null}'], ['rejected at 1']],
    ['`Records` that is no array', ['{"Records":{}}'], ['rejected at 1']],
    ['a line that is not JSON, between good ones', [`${a}\noops\n${b}`], [A, 'rejected at 2', B]],
    ['a line cut off in a string', [`{"a":"x\n${b}\n${a}`], ['rejected at 1', B, A]],
    ['a line cut off after a comma', [`{"a":{"b":1},\n${b}\n`], ['rejected at 1', B]],
    ['a line cut off before a value', [`{"a":\n${a}\n${b}\n`], ['rejected at 1', A, B]],
    ['two broken lines in a row', [`{"a":1,"\n{"b":2,"\n${b}`], ['rejected at 1', 'rejected at 2', B]],
    ['a last line that is cut off', [`${a}\n{"eventName":"Inv`], [A, 'rejected at 2']],
    [
      'a log file cut off in the middle',
      [JSON.stringify({ Records: [A, B] }, null, 2).slice(0, 60)],
      ['rejected at 1'],
    ],
  ])('reads %s', async (_what, chunks, expected) => {
    expect(outline(await readBytes(...chunks))).toEqual(expected);
  });

  it('keeps what stood before the place where gzip data is cut off', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) =>
      JSON.stringify({ eventName: 'Invoke', n: (n * 7919) % 10007 }),
    );
    const whole = gzipSync(lines.join('\n'));
    const entries = await readBytes(whole.subarray(0, whole.length - 9));
    expect(entries[0]).toMatchObject({ kind: 'record', position: { line: 1 } });
    expect(entries.length).toBeGreaterThan(1000);
    expect(entries.at(-1)).toMatchObject({ kind: 'rejected', reason: 'the gzip data is damaged or cut off' });
  });

  it('tells the line and the place in the container of a record', async () => {
    const entries = await readBytes(`${a}\n{"Records":[${a},${b}]}`);
    expect(entries.map((entry) => 'position' in entry && entry.position)).toEqual([
      { line: 1, record: null },
      { line: 2, record: 1 },
      { line: 2, record: 2 },
    ]);
  });

  it('ends without a throw for any bytes', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        ',',
        ':',
        '\n',
        ' ',
        a,
        '{"Records":[',
        '\uFEFF',
        'null',
        '1',
      ),
      fc.string({ unit: 'binary' }),
    );
    const bytes = fc.oneof(
      fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array().map((body) => Buffer.concat([Buffer.from([0x1f, 0x8b]), body])),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (input) => {
        const entries = await readBytes(input);
        return entries.every(({ kind }) => kind !== 'unreadable');
      }),
    );
  });

  it('finds every good line, wherever broken lines stand between them', async () => {
    const broken = fc.constantFrom('oops', '{"a":"x', '{"a":{"b":1},', '{"a":1', '}{', '"x"}', '{"a":tru');
    const lines = fc.array(
      fc.oneof(
        broken,
        fc.nat().map((n) => JSON.stringify({ eventName: 'Invoke', n })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(lines, async (texts) => {
        const good = texts
          .filter((text) => text.startsWith('{"eventName"'))
          .map((text) => JSON.parse(text) as unknown);
        const read = (await readBytes(texts.join('\n'))).flatMap((entry) =>
          entry.kind === 'record' && JSON.stringify(entry.input).includes('eventName') ? [entry.input] : [],
        );
        expect(read).toEqual(good);
      }),
    );
  });
});

describe('findLogFiles', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'invokeguard-logs-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('finds the logs below a folder in the order of their names, each once, and ends in a circle of links', async () => {
    await mkdir(join(folder, 'b'));
    for (const name of ['c.json', 'b/x.jsonl.gz', 'a.ndjson', 'README.md'])
      await writeFile(join(folder, name), a);
    await symlink(folder, join(folder, 'b', 'up'));
    await symlink('nowhere', join(folder, 'dead.json'));
    const found = await findLogFiles(['.', 'a.ndjson', 'README.md', '-', '-'], folder, jest.fn());
    expect(found).toMatchObject({ kind: 'found', unreadable: [{ file: 'dead.json' }] });
    expect(found.kind === 'found' && found.files.map(({ name }) => name)).toEqual([
      'a.ndjson',
      join('b', 'x.jsonl.gz'),
      'c.json',
      'README.md',
      '-',
    ]);
  });

  it('names every path that is not there, and reads none', async () => {
    await writeFile(join(folder, 'a.json'), a);
    expect(await findLogFiles(['a.json', 'no', 'nor'], folder, jest.fn())).toEqual({
      kind: 'missing',
      problems: ['cannot read `no`: no such file or folder', 'cannot read `nor`: no such file or folder'],
    });
  });
});
