// Measures replay on generated logs of two shapes, with the baselines run beside it in turns: CPU time of the whole
// process, start-up and verdicts included; wall time with one thread and with two; memory for ten times the logs.
// Builds on `npm run build`. DuckDB is installed into the folder, from npm, and left out where that fails.
// Usage: node --import tsx bench/replay.ts [records] [rounds] [folder]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Corpus, type CorpusShape, writeCorpus } from './corpus.ts';

const DUCKDB = '@duckdb/node-api@1.5.6-r.1';
const ROOT = join(import.meta.dirname, '..');
const COMMAND = join(ROOT, 'dist/cli/invokeguard.cjs');
const BASELINES = join(ROOT, 'bench/replay-baselines');
const SEED = 1;

const records = Number(process.argv[2] ?? 600_000);
const rounds = Number(process.argv[3] ?? 5);
const folder = process.argv[4] ?? join(tmpdir(), 'invokeguard-bench');

/** What one process took. */
interface Usage {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly residentMegabytes: number;
  readonly output: string;
}

mkdirSync(folder, { recursive: true });
const usageFile = join(folder, 'usage.json');
const hook = join(folder, 'usage.cjs');
writeFileSync(
  hook,
  `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(${JSON.stringify(usageFile)}, JSON.stringify({ cpu: user + system, maxRSS }));
});\n`,
);

/** Runs a Node program to its end; what it used is told by the process itself, all of its threads included. */
function measure(program: string, ...args: string[]): Usage {
  const startMs = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--require', hook, program, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const wallSeconds = (performance.now() - startMs) / 1000;
  if (status !== 0 && status !== 3) throw new Error(`${program} ended with ${status}: ${stderr}`);
  const { cpu, maxRSS } = JSON.parse(readFileSync(usageFile, 'utf8')) as { cpu: number; maxRSS: number };
  return { cpuSeconds: cpu / 1e6, wallSeconds, residentMegabytes: maxRSS / 1024, output: stdout + stderr };
}

function replay({ folder, allowlist }: Corpus, threads: number): Usage {
  const only = ['--only', 'unauthorized,undetermined', '--format', 'ndjson'];
  return measure(
    COMMAND,
    'replay',
    join(folder, 'logs'),
    '--config',
    allowlist,
    ...only,
    '--threads',
    String(threads),
  );
}

/** Writes a corpus once, and reads what was written in a later run. */
function provideCorpus(name: string, count: number, shape: CorpusShape): Corpus {
  const place = join(folder, `${name}-${count}`);
  const note = join(place, 'corpus.json');
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as Corpus;
  const corpus = writeCorpus(place, count, shape, SEED);
  writeFileSync(note, JSON.stringify(corpus));
  return corpus;
}

/** Where DuckDB is installed; undefined where npm could not. */
function installDuckdb(): string | undefined {
  const place = join(folder, 'duckdb');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"private":true}');
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', DUCKDB], {
      cwd: place,
      stdio: 'pipe',
    });
    return place;
  } catch {
    return undefined;
  }
}

function findMedian(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs everything once a round, and prints medians; ratios are those of the runs of one round. */
function compare(corpus: Corpus, duckdb: string | undefined): void {
  const logs = join(corpus.folder, 'logs');
  const contenders: readonly { readonly name: string; readonly run: () => Usage }[] = [
    { name: 'replay, 1 thread', run: () => replay(corpus, 1) },
    { name: 'replay, 2 threads', run: () => replay(corpus, 2) },
    { name: 'Node loop, 1 thread', run: () => measure(join(BASELINES, 'node-loop.mjs'), logs) },
    ...(duckdb === undefined
      ? []
      : ['1', '2'].map((threads) => ({
          name: `DuckDB 1.5.6, ${threads} ${threads === '1' ? 'thread' : 'threads'}`,
          run: () => measure(join(BASELINES, 'duckdb.mjs'), logs, duckdb, threads),
        }))),
  ];
  const taken = contenders.map(() => [] as Usage[]);
  for (let round = 0; round <= rounds; round += 1) {
    // The first round only warms the file cache.
    contenders.forEach(({ run }, index) => {
      const usage = run();
      if (round > 0) taken[index]?.push(usage);
    });
  }
  const [first = []] = taken;
  say(`${corpus.records} records in ${corpus.files} files, ${corpus.inflatedBytes} bytes inflated`);
  contenders.forEach(({ name }, index) => {
    const usages = taken[index] ?? [];
    const ratio = findMedian(
      usages.map((usage, round) => (first[round]?.cpuSeconds ?? 0) / usage.cpuSeconds),
    );
    const columns = [
      `CPU ${findMedian(usages.map((usage) => usage.cpuSeconds)).toFixed(2)} s`,
      `wall ${findMedian(usages.map((usage) => usage.wallSeconds)).toFixed(2)} s`,
      `${findMedian(usages.map((usage) => usage.residentMegabytes)).toFixed(0)} MB`,
      `CPU of replay, 1 thread ÷ this: ${ratio.toFixed(2)}`,
    ];
    say(`  ${name.padEnd(24)}${columns.join('  ')}`);
  });
}

function compareWalls(corpus: Corpus): void {
  const ratios = Array.from({ length: rounds }, () => {
    const one = replay(corpus, 1).wallSeconds;
    return replay(corpus, 2).wallSeconds / one;
  });
  say(`wall, 2 threads ÷ 1, ${corpus.records} records: ${findMedian(ratios).toFixed(2)}`);
}

function compareMemory(few: Corpus, many: Corpus): void {
  const [small, large] = [few, many].map((corpus) =>
    findMedian(Array.from({ length: rounds }, () => replay(corpus, 2).residentMegabytes)),
  );
  if (small === undefined || large === undefined) return;
  say(
    `memory, 2 threads: ${small.toFixed(0)} MB for ${few.records} records, ${large.toFixed(0)} MB for ${many.records}: ` +
      `${((large / small - 1) * 100).toFixed(0)} % more`,
  );
}

say(`Node ${process.version}, ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}`);
const duckdb = installDuckdb();
if (duckdb === undefined) say('DuckDB is left out: npm could not install it');
for (const shape of ['large', 'small'] as const) compare(provideCorpus(shape, records, shape), duckdb);
compareWalls(provideCorpus('large', 1_000_000, 'large'));
compareMemory(provideCorpus('large', 200_000, 'large'), provideCorpus('large', 2_000_000, 'large'));
say(`load ${loadavg()[0]?.toFixed(1)}`);
