// Measures the core on parsed records, one thread: verdicts a second for an allowlist of 10 and of 10,000 functions,
// beside JSON.parse of the same records, one after the other in each round. CPU time (user and system), not the clock.
// The 10,000 functions are called evenly (no entry is ever in the processor's cache, the worst case), and unevenly (each
// as often as its rank says, 1/n).
// Usage: node --import tsx bench/decide.ts [rounds] [records]
import { readAllowlist } from '../config/allowlist-file.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { identifyCaller } from '../core/caller/caller.ts';
import { parseInvocation } from '../core/record/invocation.ts';
import { decideInvocation, type Verdict } from '../core/verdict/decision.ts';
import { createDice, type Dice } from '../test/arbitraries/dice.ts';
import { composeAllowlist, rollInvoke } from './corpus.ts';

const rounds = Number(process.argv[2] ?? 15);
const count = Number(process.argv[3] ?? 20_000);

/** How calls are spread over functions. */
type Spread = 'evenly' | 'unevenly';

/** Records of one size of allowlist, and what is measured on them. */
interface Setting {
  readonly functions: number;
  readonly spread: Spread;
  readonly allowlist: Allowlist;
  readonly texts: readonly string[];
  readonly records: readonly unknown[];
  readonly parseMs: number[];
  readonly decideMs: number[];
}

/** Of an uneven spread the logarithm is even: the tenth function is called a tenth as often as the first. */
function rollFunction(dice: Dice, functions: number, spread: Spread): number {
  const index = dice(functions);
  return spread === 'evenly' ? index : Math.floor(functions ** ((index + 0.5) / functions)) - 1;
}

function prepare(functions: number, spread: Spread): Setting {
  const reading = readAllowlist(composeAllowlist(functions), 'bench');
  if (reading.kind === 'invalid') throw new Error(reading.problems[0]?.message);
  const dice = createDice(functions);
  const texts = Array.from({ length: count }, (_, index) => {
    const eventTime = new Date(Date.UTC(2026, 9, 1) + index * 1000).toISOString().replace('.000Z', 'Z');
    return JSON.stringify(rollInvoke(dice, eventTime, 'Invoke', rollFunction(dice, functions, spread)));
  });
  const records = texts.map((text): unknown => JSON.parse(text));
  return { functions, spread, allowlist: reading.allowlist, texts, records, parseMs: [], decideMs: [] };
}

/** Milliseconds of CPU that some work takes. */
function measure(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function parseAll({ texts }: Setting): void {
  let objects = 0;
  for (const text of texts) if (typeof JSON.parse(text) === 'object') objects += 1;
  if (objects !== texts.length) throw new Error('a record is no object');
}

/** What came of judging all records, so that nothing is measured that did not do its work. */
function decideAll({ records, allowlist }: Setting): ReadonlyMap<Verdict, number> {
  const tally = new Map<Verdict, number>();
  for (const record of records) {
    const invocation = parseInvocation(record);
    if (invocation.kind !== 'invocation') throw new Error(invocation.reason);
    const { verdict } = decideInvocation(invocation, identifyCaller(invocation), allowlist);
    tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
  }
  return tally;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const settings = [prepare(10, 'evenly'), prepare(10_000, 'evenly'), prepare(10_000, 'unevenly')];
for (let round = -3; round < rounds; round += 1) {
  for (const setting of settings) {
    const parseMs = measure(() => parseAll(setting));
    const decideMs = measure(() => decideAll(setting));
    // The first rounds only warm up.
    if (round < 0) continue;
    setting.parseMs.push(parseMs);
    setting.decideMs.push(decideMs);
  }
}

for (const setting of settings) {
  const { functions, spread, texts, parseMs, decideMs } = setting;
  const bytes = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  const shares = decideMs.map((ms, round) => ms / (parseMs[round] ?? Number.NaN));
  const perSecond = (ms: number): string => Math.round((count / ms) * 1000).toLocaleString('en');
  console.log(
    `${functions} functions, called ${spread}: ${perSecond(median(decideMs))} verdicts/s; JSON.parse of the same records (${Math.round(bytes)} characters each) ` +
      `${perSecond(median(parseMs))}/s; deciding takes ${median(shares).toFixed(2)} of parsing ` +
      `(${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)})`,
  );
  console.log(`  ${JSON.stringify(Object.fromEntries(decideAll(setting)))}`);
}
const [small, ...large] = settings;
for (const { spread, decideMs } of large) {
  const ratios = decideMs.map((ms, round) => ms / (small?.decideMs[round] ?? Number.NaN));
  console.log(`10,000 functions called ${spread}, against 10: ${median(ratios).toFixed(2)} times the CPU`);
}
console.log(`n=${rounds} rounds of ${count} records each`);
