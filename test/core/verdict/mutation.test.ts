import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { createDice } from '../../arbitraries/dice.ts';
import { mutateRecord } from '../../arbitraries/record-mutation.ts';
import { tryRecord } from '../../arbitraries/record-trial.ts';

const HANDWRITTEN = 'test/records/handwritten';
const REAL = '../shared/records';

function readRecords(folder: string): readonly unknown[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ndjson'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as unknown)
    .filter((record) => tryRecord(record) !== 'skipped, notLambda');
}

describe('a record that was changed anywhere', () => {
  // Real records join in where they lie beside the checkout. The million is run by bench/fuzz.ts.
  const records = [...readRecords(HANDWRITTEN), ...readRecords(REAL)];
  it('ends as a verdict, a skip or a rejection with a reason, and can be told', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(fc.nat(records.length - 1), fc.nat(), (index, seed) => {
        ends.add(tryRecord(mutateRecord(records[index], createDice(seed))).replace(/,.*/, ''));
      }),
      { numRuns: 5000 },
    );
    // `unguarded` is one in a thousand, and only the real records hold changes.
    expect([...ends].filter((end) => end !== 'unguarded' && end !== 'changed').sort()).toEqual([
      'authorized',
      'rejected',
      'skipped',
      'unauthorized',
      'undetermined',
    ]);
  });
});
