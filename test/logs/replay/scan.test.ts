import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { BatchWriter } from '../../../logs/replay/batch-writer.ts';
import { scanLogFile } from '../../../logs/replay/file-scan.ts';
import { PLAIN_READING } from '../../../logs/replay/replay-logs.ts';
import { createRowReader } from '../../../logs/replay/row-reader.ts';
import { logFileBytes } from '../../arbitraries/log-text.ts';
import {
  ALLOWLIST,
  askForAddresses,
  describeCalls,
  judgeChangesOneByOne,
  judgeOneByOne,
  KERNEL,
  readAll,
  SCANNED,
} from './reading.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'invokeguard-scan-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function writeLog(bytes: Uint8Array): { kind: 'file'; name: string; path: string; bytes: number } {
  const path = join(folder, 'log.json');
  writeFileSync(path, bytes);
  return { kind: 'file', name: 'log.json', path, bytes: bytes.length };
}

/** Whether the scanner reads a file, or leaves it to the plain path. */
async function scan(bytes: Uint8Array): Promise<'done' | 'unknown'> {
  const writer = new BatchWriter();
  return scanLogFile(
    writeLog(bytes),
    createRowReader(KERNEL, 'ignored', writer, () => undefined),
    writer,
  );
}

async function expectSame(bytes: Uint8Array): Promise<void> {
  const file = writeLog(bytes);
  for (const allowlist of [ALLOWLIST, askForAddresses(ALLOWLIST)]) {
    const plain = await readAll([file], PLAIN_READING, allowlist);
    expect(await readAll([file], SCANNED, allowlist)).toEqual(plain);
    expect(describeCalls(plain)).toEqual(await judgeOneByOne(file, allowlist));
    expect(plain.changes).toEqual(await judgeChangesOneByOne(file, allowlist));
  }
}

/** Records of other people, where the workshop keeps them, and the project's own. */
const KNOWN = ['../../../../shared/records', '../../records/handwritten', '../../records/stratus']
  .map((name) => join(__dirname, name))
  .filter((name) => existsSync(name))
  .flatMap((name) => readdirSync(name).map((file) => join(name, file)))
  .filter((path) => path.endsWith('.ndjson'))
  .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as unknown);

/** Records of changes; each has an eventID of its own, as CloudTrail gives it. */
const CHANGES = ['changes', 'identities', 'guard-parts']
  .flatMap(
    (file) =>
      JSON.parse(readFileSync(join(__dirname, `../../cases/change/${file}.json`), 'utf8')) as readonly {
        readonly given: object;
      }[],
  )
  .map(({ given }, index) =>
    'detail-type' in given
      ? given
      : {
          eventID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
          eventTime: '2026-10-01T12:00:00Z',
          eventSource: 'lambda.amazonaws.com',
          awsRegion: 'eu-west-1',
          recipientAccountId: '111122223333',
          ...given,
        },
  );

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const CALL = {
  eventID: 'b1e55492-d8be-4b9a-b794-a8a0a28162f0',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'Invoke',
  userIdentity: { type: 'AWSService', invokedBy: 's3.amazonaws.com' },
  requestParameters: { sourceArn: 'arn:aws:s3:::uploads', sourceAccount: '111122223333' },
  resources: [{ ARN }],
};
const call = JSON.stringify(CALL);
const wrap = (...records: string[]): Buffer => Buffer.from(`{"Records":[${records.join(',')}]}`);

describe('the scanner', () => {
  it.each([
    ['no records', wrap()],
    ['calls', wrap(call, call)],
    ['white space wherever JSON allows it', Buffer.from(JSON.stringify({ Records: [CALL] }, null, 2))],
    ['a call without parameters', wrap(JSON.stringify({ ...CALL, requestParameters: null }))],
    ['keys in another order', wrap(JSON.stringify(Object.fromEntries(Object.entries(CALL).reverse())))],
    [
      'a text that looks like a call',
      wrap(
        JSON.stringify({
          ...CALL,
          eventSource: 'kms.amazonaws.com',
          requestParameters: { encryptionContext: { a: call, b: CALL } },
        }),
      ),
    ],
    [
      'escapes in a field that nobody reads',
      wrap(JSON.stringify({ ...CALL, userAgent: 'a "b" \\ \u0001 c' })),
    ],
    ['escapes in a field that is read', wrap(call.replace('uploads', '\\u0075ploads'))],
    ['a key that is written with escapes', wrap(call.replace('"eventName"', '"event\\u004eame"'))],
    ['a key that comes twice', wrap(call.replace('{"eventID"', '{"eventName":"GetFunction","eventID"'))],
    ['nesting deeper than it follows', wrap(`{"deep":${'['.repeat(500)}${']'.repeat(500)},${call.slice(1)}`)],
    [
      'calls without an identity and with an empty one',
      wrap(
        ...[null, {}, undefined, { type: '' }].map((userIdentity, index) =>
          JSON.stringify({ ...CALL, eventID: `e${index}`, userIdentity }),
        ),
      ),
    ],
    [
      'a session in an ARN that names two',
      wrap(
        JSON.stringify({
          ...CALL,
          userIdentity: {
            type: 'AssumedRole',
            arn: 'a:assumed-role/one/two::::assumed-role/three/four',
            sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/ci-deploy' } },
          },
        }),
      ),
    ],
    ['gzip', gzipSync(wrap(call))],
    ['several gzip members', Buffer.concat([gzipSync('{"Records":['), gzipSync(`${call}]}`)])],
  ])('reads %s, as the plain path does', async (_what, bytes) => {
    expect(await scan(bytes)).toBe('done');
    await expectSame(bytes);
  });

  it.each([
    ['a file that is cut off', wrap(call).subarray(0, -1)],
    ['a record that is no JSON', wrap('{"eventName":tru}')],
    ['a number that is none', wrap(call.replace('{', '{"a":01,'))],
    ['a control character in a text', wrap(call.replace('Invoke', 'Inv\u0001oke'))],
    ['an escape that is none', wrap(call.replace('{', '{"a":"\\x41",'))],
    ['another key beside the records', Buffer.from(`{"Records":[${call}],"eventName":"x"}`)],
    ['two files in one', Buffer.concat([wrap(call), wrap(call)])],
    ['a record a line', Buffer.from(`${call}\n${call}\n`)],
    ['a byte order mark', Buffer.from(`\ufeff${wrap(call).toString()}`)],
    ['gzip that is cut off', gzipSync(wrap(call)).subarray(0, -9)],
    ['nothing', Buffer.alloc(0)],
  ])('leaves %s to the plain path', async (_what, bytes) => {
    expect(await scan(bytes)).toBe('unknown');
    await expectSame(bytes);
  });

  it('reads what real records say, as the plain path does', async () => {
    expect(KNOWN.length).toBeGreaterThan(10);
    const bytes = wrap(...KNOWN.map((record) => JSON.stringify(record)));
    expect(await scan(bytes)).toBe('done');
    await expectSame(bytes);
  });

  it('hands over every kind of change, in its order among the calls, each once', async () => {
    const changes = CHANGES.map((record) => JSON.stringify(record));
    const bytes = wrap(...changes.flatMap((change) => [change, call, change]));
    expect(await scan(bytes)).toBe('done');
    await expectSame(bytes);
    const { changes: told } = await readAll([writeLog(bytes)], SCANNED);
    expect(told.length).toBeGreaterThan(120);
  });

  it('says of any text what the plain path says: calls, skipped and rejected records, counts', async () => {
    await fc.assert(fc.asyncProperty(logFileBytes([...KNOWN, ...CHANGES]), expectSame), {
      seed: 20261121,
      numRuns: 500,
    });
  }, 120_000);

  it('reads documents that come in pieces of any size', async () => {
    const records = Array.from({ length: 40 }, (_, index) =>
      JSON.stringify({ ...CALL, eventID: `e${index}`, pad: 'x'.repeat((index * 7919) % 40_000) }),
    );
    await expectSame(wrap(...records));
    expect(await scan(wrap(...records))).toBe('done');
  });

  it('goes on where more different callers come than it keeps', async () => {
    const records = Array.from({ length: 40_000 }, (_, index) =>
      JSON.stringify({
        ...CALL,
        eventID: `e${index}`,
        requestParameters: { sourceArn: `arn:aws:s3:::b${index}` },
      }),
    );
    const bytes = wrap(...records);
    expect(await scan(bytes)).toBe('done');
    const { calls } = await readAll([writeLog(bytes)], SCANNED);
    expect(calls.map(({ caller }) => caller)).toEqual(
      records.map((_, index) => ({
        kind: 'service',
        service: 's3.amazonaws.com',
        sourceArn: `arn:aws:s3:::b${index}`,
      })),
    );
  });

  it('judges calls of one group by their own time', async () => {
    const record = (eventID: string, eventTime: string): string =>
      JSON.stringify({ ...CALL, eventID, eventTime });
    const bytes = wrap(
      record('before', '2026-01-01T00:00:00Z'),
      record('after', '2027-01-01T00:00:00Z'),
      record('timeless', 'then'),
      record('again', '2026-01-01T00:00:00Z'),
    );
    const entry = { ...ALLOWLIST.functions[0]?.invokers[0], expires: '2026-06-01T00:00:00Z' };
    const allowlist = { ...ALLOWLIST, functions: [{ ...ALLOWLIST.functions[0], invokers: [entry] }] };
    const { calls } = await readAll([writeLog(bytes)], SCANNED, allowlist as typeof ALLOWLIST);
    expect(calls.map(({ verdict }) => verdict)).toEqual([
      'authorized',
      'unauthorized',
      'undetermined',
      'authorized',
    ]);
  });
});
