import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { type CutPiece, cutRecords } from '../../logs/record-cutter.ts';
import { decompressBytes } from '../../logs/text-lines.ts';

async function* stream(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function cut(bytes: AsyncIterable<Uint8Array>, maxRecordBytes?: number): Promise<CutPiece[]> {
  const pieces: CutPiece[] = [];
  for await (const piece of cutRecords(bytes, maxRecordBytes)) pieces.push(piece);
  return pieces;
}

/** Records as their input, everything else as what it is, with its position. */
function outline(pieces: readonly CutPiece[]): unknown[] {
  return pieces.map((piece) =>
    piece.kind === 'record' ? piece.input : `${piece.kind} ${piece.position}: ${piece.reason}`,
  );
}

const A = { eventName: 'Invoke', eventID: 'a' };
const B = { eventName: 'Invoke', eventID: 'b', deep: [{ text: '}]{["\\' }] };
const a = JSON.stringify(A);
const b = JSON.stringify(B);
const NO_LOG_FILE = 'rejected null: not a log file of CloudTrail, which begins with `{"Records":[`';

describe('the records of a log file', () => {
  it.each<[string, string, unknown[]]>([
    ['as CloudTrail writes it', `{"Records":[${a},${b}]}`, [A, B]],
    ['with white space', ` {\n "Records" : [\n ${a} ,\r\n\t${b}\n ]\n}\n`, [A, B]],
    ['without a record', '{"Records":[]}', []],
    ['that were joined', `{"Records":[${a}]}\n{"Records":[${b}]}`, [A, B]],
    [
      'that ends in its second record',
      `{"Records":[${a},${b.slice(0, 20)}`,
      [A, 'rejected 2: the file ends within its records'],
    ],
    ['that ends behind a record', `{"Records":[${a},`, [A, 'rejected 1: the file ends within its records']],
    [
      'that ends before its last brace',
      `{"Records":[${a}]`,
      [A, 'rejected 1: the file ends within its records'],
    ],
    ['with a broken record', `{"Records":[{"a":nul},${b}]}`, ['rejected 1: not JSON', B]],
    [
      'with something that is no object',
      `{"Records":[${a},null,${b}]}`,
      [A, 'rejected 2: not a JSON object; what follows is not read'],
    ],
    [
      'with something behind its records',
      `{"Records":[${a}],"x":1}`,
      [A, 'rejected null: something else than records; what follows is not read'],
    ],
    ['that is empty', '', [NO_LOG_FILE]],
    ['that is a digest', '{"awsAccountId":"111122223333","logFiles":[]}', [NO_LOG_FILE]],
    ['that is one record', a, [NO_LOG_FILE]],
    ['that is no JSON', 'x'.repeat(1000), [NO_LOG_FILE]],
  ])('of a file %s', async (_, text, expected) => {
    expect(outline(await cut(stream(text)))).toEqual(expected);
  });

  it('are as many as `maxRecordBytes` allows: one that is longer ends the reading', async () => {
    const text = `{"Records":[${a},{"eventName":"${'x'.repeat(200)}"},${b}]}`;
    expect(outline(await cut(stream(text.slice(0, 90), text.slice(90)), 100))).toEqual([
      A,
      'rejected 2: more than 100 bytes; what follows is not read',
    ]);
  });

  it('count from 1 through the whole file', async () => {
    const pieces = await cut(stream(`{"Records":[${a},{"x":},${b}]}{"Records":[${a}]}`));
    expect(pieces.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });

  it('are those that `JSON.parse` finds, wherever the chunks are cut, compressed or not', async () => {
    const record = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        fc.array(record),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (records, size, zip) => {
          const text = Buffer.from(JSON.stringify({ Records: records }));
          const bytes = zip ? gzipSync(text) : text;
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          const pieces = await cut(decompressBytes(stream(...chunks)));
          expect(outline(pieces)).toEqual((JSON.parse(text.toString()) as { Records: unknown[] }).Records);
        },
      ),
      { seed: 20261121 },
    );
  });

  it('come before the damage of a file that was cut off', async () => {
    const zipped = gzipSync(`{"Records":[${Array.from({ length: 2000 }, () => a).join(',')}]}`);
    const pieces: CutPiece[] = [];
    const reading = (async () => {
      for await (const piece of cutRecords(decompressBytes(stream(zipped.subarray(0, -20)))))
        pieces.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
    expect(pieces.length).toBeGreaterThan(0);
    expect(pieces.every((piece) => piece.kind === 'record')).toBe(true);
  });
});
