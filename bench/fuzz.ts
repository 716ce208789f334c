// Takes a million mutated records through all that judges and tells a record, and a part of them, damaged once more as
// bytes, through the log reader. Ends with 1 for a crash, a record that takes a second, or memory that grows.
// Usage: node --expose-gc --import tsx bench/fuzz.ts [records] [seed]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLogFile } from '../logs/log-reader.ts';
import { createDice, type Dice } from '../test/arbitraries/dice.ts';
import { mutateRecord } from '../test/arbitraries/record-mutation.ts';
import { tryRecord } from '../test/arbitraries/record-trial.ts';

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const SEED = Number(process.argv[3] ?? Date.now() % 1_000_000_007);
const HANG_MS = 1000;
/** One log in so many records is read by the log reader, with the last records in it. */
const LOG_EVERY = 200;
const LOG_RECORDS = 20;
const GROWTH_BYTES = 16 * 1024 * 1024;

function readSeeds(): readonly unknown[] {
  const seen = new Set<string>();
  const keepSeed = (end: string): boolean => {
    const keep = !end.startsWith('skipped') || !seen.has(end);
    seen.add(end);
    return keep;
  };
  const folders = ['test/records/handwritten', '../shared/records'].filter((folder) => existsSync(folder));
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.ndjson'))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line) as unknown)
      // Of the records that are no calls, one for each reason is enough to start from.
      .filter((record) => keepSeed(tryRecord(record))),
  );
}

/** The heap after a collection, where `--expose-gc` allows one. */
function measureHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function describeMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Writes records as a log in one of the forms that logs have, and breaks a few of its bytes. */
function composeLog(records: readonly unknown[], dice: Dice): Buffer {
  const lines = records.map((record) => JSON.stringify(record) ?? 'null');
  const text = [
    () => `{"Records":[${lines.join(',')}]}`,
    () => lines.join('\n'),
    () => lines.join('\r\n'),
    () => `\uFEFF[${lines.join(',\n')}]`,
    () => JSON.stringify({ Events: lines.map((CloudTrailEvent) => ({ CloudTrailEvent })) }),
  ][dice(5)]?.();
  const plain = Buffer.from(text ?? '');
  const half = dice(plain.length + 1);
  const packed = [
    () => plain,
    () => gzipSync(plain),
    () => Buffer.concat([gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))]),
  ][dice(3)]?.();
  const bytes = Buffer.from(packed ?? plain);
  for (let left = dice(4); left > 0 && bytes.length > 0; left -= 1) bytes[dice(bytes.length)] = dice(256);
  return dice(4) === 0 ? bytes.subarray(0, dice(bytes.length + 1)) : bytes;
}

async function readLog(bytes: Buffer, counts: Map<string, number>): Promise<void> {
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 4096) yield bytes.subarray(at, at + 4096);
  };
  for await (const entry of readLogFile({ kind: 'stdin', name: '-' }, open)) {
    if (entry.kind === 'record') count(counts, `log, ${tryRecord(entry.input).replace(/,.*/, '')}`);
    else count(counts, `log, ${entry.kind} by the reader`);
  }
}

function count(counts: Map<string, number>, end: string): void {
  counts.set(end, (counts.get(end) ?? 0) + 1);
}

async function run(): Promise<number> {
  const seeds = readSeeds();
  const dice = createDice(SEED);
  const counts = new Map<string, number>();
  const last: unknown[] = [];
  const beganMs = performance.now();
  let slowestMs = 0;
  let before = 0;
  process.stdout.write(`${RECORDS} records from ${seeds.length} seeds, seed ${SEED}\n`);
  for (let number = 0; number < RECORDS; number += 1) {
    // What is compiled and cached has its size after the first tenth.
    if (number === Math.floor(RECORDS / 10)) before = measureHeap();
    const mutant = mutateRecord(seeds[dice(seeds.length)], dice);
    const startMs = performance.now();
    try {
      count(counts, tryRecord(mutant));
      last[number % LOG_RECORDS] = mutant;
      if (number % LOG_EVERY === LOG_EVERY - 1) await readLog(composeLog(last, dice), counts);
    } catch (error) {
      process.stdout.write(`record ${number} of seed ${SEED}: ${String(error)}\n${JSON.stringify(mutant)}\n`);
      return 1;
    }
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  last.length = 0;
  const after = measureHeap();
  for (const [end, times] of [...counts].sort((left, right) => right[1] - left[1])) {
    process.stdout.write(`${times.toString().padStart(9)}  ${end}\n`);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  const collected = globalThis.gc === undefined ? ', not collected: run with --expose-gc' : '';
  process.stdout.write(
    `no crash; slowest ${slowestMs.toFixed(0)} ms; heap ${describeMegabytes(before)} after a tenth, ${describeMegabytes(after)} at the end${collected}; ${seconds.toFixed(0)} s\n`,
  );
  const grew = globalThis.gc !== undefined && after - before > GROWTH_BYTES;
  return slowestMs > HANG_MS || grew ? 1 : 0;
}

process.exitCode = await run();
