// Sweeps one generated log file as the sweeping function does, with everything in it dealt with by the live path, and
// says how many records a second of CPU that is and how much memory it takes: a process for each of two sizes, to show that
// the size of the file does not matter.
// Usage: node --import tsx bench/sweep.ts [records]
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { readAllowlistFile } from '../config/allowlist-file.ts';
import { type SweepPorts, sweepLog } from '../containment/sweep.ts';
import { nameGuard } from '../core/guard.ts';
import { BucketLogObjects } from '../functions/sweep/log-objects.ts';
import { writeCorpus } from './corpus.ts';

const RECORDS = 500_000;
const [first, file, allowlistPath] = process.argv.slice(2);

/** Joins the records of a corpus in one log file, as CloudTrail writes one. */
async function writeLogFile(folder: string, records: number): Promise<{ path: string; allowlist: string }> {
  const corpus = writeCorpus(folder, records, 'large', 1);
  const path = join(folder, 'log.json.gz');
  const pieces = (function* () {
    let opening = '{"Records":[';
    for (const name of readdirSync(join(folder, 'logs')).sort()) {
      const text = gunzipSync(readFileSync(join(folder, 'logs', name))).toString();
      yield opening + text.slice('{"Records":['.length, -']}'.length);
      opening = ',';
    }
    yield ']}';
  })();
  await pipeline(Readable.from(pieces), createGzip(), createWriteStream(path));
  return { path, allowlist: corpus.allowlist };
}

/** Sweeps a file in this process, and prints what it took. */
async function measureSweep(path: string, allowlistFile: string): Promise<void> {
  const reading = readAllowlistFile(allowlistFile);
  if (reading.kind === 'invalid') throw new Error(`the allowlist of the corpus is not valid`);
  const objects = {
    openObject: (_: string, key: string) => createReadStream(key) as unknown as AsyncGenerator<Uint8Array>,
  };
  const asked = { readSighting: 0 };
  // Nothing else may be asked for: what is missing here throws.
  const ports = {
    logs: new BucketLogObjects(objects, 'logs'),
    clock: { nowMs: Date.now },
    sightings: {
      readSighting: async () => {
        asked.readSighting += 1;
        return { kind: 'dealtWith', by: 'live' };
      },
    },
  } as unknown as SweepPorts;
  let [records, failed] = [0, 0];
  const listener = {
    handled: () => {
      records += 1;
    },
    rejected: (_: number | null, reason: string) => {
      throw new Error(reason);
    },
    failed: (_: number, error: unknown) => {
      failed += 1;
      if (failed === 1) process.stderr.write(`${String(error)}\n`);
    },
  };
  const before = process.memoryUsage.rss();
  const start = process.cpuUsage();
  const deadlineMs = Number.POSITIVE_INFINITY;
  const delivery = { key: path, deliveryCount: 1, deadlineMs };
  await sweepLog(delivery, reading.allowlist, nameGuard('111122223333', 'eu-west-1'), ports, listener);
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  process.stdout.write(
    `${JSON.stringify({
      records,
      failed,
      sightingsRead: asked.readSighting,
      gzippedMegabytes: megabytes(statSync(path).size),
      cpuSeconds: Number(seconds.toFixed(2)),
      recordsPerCpuSecond: Math.round(records / seconds),
      residentBeforeMegabytes: megabytes(before),
      residentAtMostMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    })}\n`,
  );
}

if (first === '--file' && file !== undefined && allowlistPath !== undefined) {
  await measureSweep(file, allowlistPath);
} else {
  const most = Number(first ?? RECORDS);
  for (const records of [Math.ceil(most / 10), most]) {
    const folder = mkdtempSync(join(tmpdir(), 'invokeguard-sweep-'));
    const { path, allowlist } = await writeLogFile(folder, records);
    const args = ['--import', 'tsx', import.meta.filename, '--file', path, allowlist];
    spawnSync(process.execPath, args, { stdio: 'inherit' });
    rmSync(folder, { recursive: true });
  }
}
