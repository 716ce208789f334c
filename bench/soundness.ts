// Holds the patterns of random allowlists against EventBridge's own matcher (event-ruler, by Maven; needs Java): what
// the core calls unauthorized or undetermined has to be matched. Ends with 1 where one record is missed.
// Usage: node --import tsx bench/soundness.ts [pairs] [seed]
import * as fc from 'fast-check';
import type { JsonObject } from '../core/json.ts';
import { compilePatterns } from '../core/pattern/pattern-compiler.ts';
import { composeRecord, type RecordDraw, recordDraw } from '../test/arbitraries/invoke-record.ts';
import { breaksPatternLaw, judgeRecord } from '../test/arbitraries/pattern-law.ts';
import { type PatternWorld, patternWorld } from '../test/arbitraries/pattern-world.ts';
import { type EventRuler, startRuler, wrapRecord } from '../test/event-ruler/event-ruler.ts';
import { installRuler } from '../test/event-ruler/ruler-installation.ts';

const RECORDS_A_WORLD = 50;
const wanted = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);

const tally = {
  pairs: 0,
  toLook: 0,
  authorized: 0,
  matchedAuthorized: 0,
  told: 0,
  matchedTold: 0,
  others: 0,
};
let wildest = 0;

/** Shows one world's records to the matcher. Answers the first that breaks the law, or null. */
async function findBroken(
  ruler: EventRuler,
  { allowlist, exclude, limits }: PatternWorld,
  draws: readonly RecordDraw[],
): Promise<{ readonly broken: string; readonly record?: JsonObject } | null> {
  const { patterns, coverage } = compilePatterns(allowlist, exclude, limits);
  const passing = new Set([...coverage.passing.map(({ pointer }) => pointer), ...coverage.looseFunctions]);
  const records = draws.map((draw) => composeRecord(draw, allowlist));
  const answer = await ruler.judge(patterns, records.map(wrapRecord));
  const [unusable] = [...answer.refused, ...answer.repeated];
  if (unusable !== undefined) return { broken: `a pattern is refused: ${unusable.why.split('\n')[0]}` };
  wildest = Math.max(wildest, ...answer.complexity);
  for (const [index, record] of records.entries()) {
    const matched = (answer.matches[index] ?? []).length > 0;
    const judgement = judgeRecord(record, allowlist, exclude);
    const broken = breaksPatternLaw(record, judgement, exclude, matched);
    if (broken !== null) return { broken, record };
    tally.pairs += 1;
    const decision = judgement.kind === 'judged' ? judgement.decision : undefined;
    switch (decision?.verdict) {
      case 'unauthorized':
      case 'undetermined':
        tally.toLook += 1;
        break;
      case 'authorized': {
        tally.authorized += 1;
        if (matched) tally.matchedAuthorized += 1;
        const whole = draws[index]?.damage.length === 0;
        const by = [decision.entry?.pointer ?? '', decision.guarded?.pointer ?? ''];
        if (!whole || by.some((pointer) => passing.has(pointer))) break;
        tally.told += 1;
        if (matched) tally.matchedTold += 1;
        break;
      }
      default:
        tally.others += 1;
    }
  }
  return null;
}

function formatShare(part: number, whole: number): string {
  return `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(2)} %)`;
}

const installation = installRuler();
if (installation.kind === 'missing') {
  console.error(`not measured: ${installation.why}`);
  process.exitCode = 1;
} else {
  const ruler = startRuler(installation.classPath);
  const records = fc.array(recordDraw, { minLength: 1, maxLength: 2 * RECORDS_A_WORLD - 1, size: 'max' });
  const started = performance.now();
  let round = 0;
  let failure: readonly [PatternWorld, readonly RecordDraw[]] | null = null;
  while (tally.pairs < wanted && failure === null) {
    const run = await fc.check(
      fc.asyncProperty(
        patternWorld,
        records,
        async (world, draws) => (await findBroken(ruler, world, draws)) === null,
      ),
      { numRuns: Math.ceil((wanted - tally.pairs) / RECORDS_A_WORLD), seed: seed + round },
    );
    failure = run.counterexample;
    round += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  if (failure === null) printTally(seconds);
  else {
    const [world, draws] = failure;
    console.error(`a miss after ${seconds.toFixed(1)} s, seed ${seed}`);
    console.error(JSON.stringify({ ...(await findBroken(ruler, world, draws)), ...world }, null, 1));
    process.exitCode = 1;
  }
  await ruler.stop();
}

function printTally(seconds: number): void {
  console.log(`${tally.pairs} pairs of an allowlist and a record in ${seconds.toFixed(1)} s, seed ${seed}`);
  console.log(`misses: 0 among ${tally.toLook} that are unauthorized or undetermined`);
  console.log(
    `authorized that match all the same: ${formatShare(tally.matchedAuthorized, tally.authorized)}`,
  );
  console.log(
    `  whole records of entries that the compiler says it tells: ${formatShare(tally.matchedTold, tally.told)}`,
  );
  console.log(`neither (unguarded, no call, the guard's own functions): ${tally.others}`);
  console.log(`wildcard states of the wildest pattern: ${wildest}`);
}
