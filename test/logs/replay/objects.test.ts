import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LogFile } from '../../../logs/log-files.ts';
import { PLAIN_READING } from '../../../logs/replay/replay-logs.ts';
import { KERNEL, readAll, SCANNED, WORKER } from './reading.ts';

const CALL = {
  eventTime: '2026-10-01T11:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'Invoke',
  awsRegion: 'eu-west-1',
  userIdentity: { type: 'AWSService', invokedBy: 's3.amazonaws.com' },
  requestParameters: { sourceArn: 'arn:aws:s3:::uploads', sourceAccount: '111122223333' },
  resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer' }],
};

/** Records of a file, with IDs that no other file has. */
function composeLog(file: number, count: number, userAgent = 's3.amazonaws.com'): string {
  const Records = Array.from({ length: count }, (_, index) => ({
    ...CALL,
    userAgent,
    eventID: `${file}-${index}`,
  }));
  return JSON.stringify({ Records });
}

describe('objects of a store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-objects-'));
  const contents: (Buffer | null)[] = [
    gzipSync(composeLog(0, 3)),
    // Streamed on the main thread, and enough for the others to be shared out.
    Buffer.from(composeLog(1, 1_000, 'x'.repeat(9_000))),
    gzipSync(composeLog(2, 5)).subarray(0, 100),
    null,
    Buffer.from('no JSON'),
    Buffer.from(''),
    // Left to the plain path by the scanner.
    gzipSync(`[${composeLog(6, 2)}]`),
    ...Array.from({ length: 300 }, (_, index) => gzipSync(composeLog(7 + index, 10))),
  ];
  afterAll(() => rmSync(folder, { recursive: true }));

  const files = contents.map((content, index): LogFile => {
    const path = join(folder, `${index}`);
    if (content !== null) writeFileSync(path, content);
    return { kind: 'file', name: `s3://logs/${index}`, path, bytes: content?.length ?? 10 };
  });
  const objects = contents.map(
    (content, index): LogFile => ({
      kind: 'object',
      name: `s3://logs/${index}`,
      bytes: content?.length ?? 10,
      open: async function* () {
        // Answers come in an order of their own.
        await new Promise((resolve) => {
          setTimeout(resolve, (index * 7) % 5);
        });
        if (content === null) throw Object.assign(new Error('no such file or folder'), { code: 'Gone' });
        for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
      },
    }),
  );

  it.each([
    ['by the plain path', PLAIN_READING],
    ['by the scanner', SCANNED],
    ['by the scanner on threads', { kernelFile: KERNEL, workerFile: WORKER, threads: 3 }],
    ['by the plain path on threads', { kernelFile: null, workerFile: WORKER, threads: 2 }],
  ])('say what files of the same content say, in the same order: %s', async (_how, parts) => {
    const expected = await readAll(files);
    expect([expected.calls.length, expected.told.length]).toEqual([4_005, 3]);
    const { calls, told, skipped, counts } = await readAll(objects, parts);
    expect(told).toEqual(expected.told);
    expect(calls).toEqual(expected.calls);
    expect(skipped).toEqual(expected.skipped);
    expect([counts.files, counts.records]).toEqual([expected.counts.files, expected.counts.records]);
  });
});
