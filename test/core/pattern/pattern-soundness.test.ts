import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Allowlist, FunctionEntry, InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { GUARD_FUNCTION_NAMES } from '../../../core/guard.ts';
import type { JsonObject } from '../../../core/json.ts';
import { EVENTBRIDGE_LIMITS } from '../../../core/pattern/compiled-patterns.ts';
import { compilePatterns } from '../../../core/pattern/pattern-compiler.ts';
import { parseInvocation } from '../../../core/record/invocation.ts';
import { composeRecord, recordDraw } from '../../arbitraries/invoke-record.ts';
import { breaksPatternLaw, judgeRecord } from '../../arbitraries/pattern-law.ts';
import { allowlist, type PatternWorld, patternWorld } from '../../arbitraries/pattern-world.ts';
import toldAlike from '../../cases/pattern/told-alike.json' with { type: 'json' };
import { describeWithRuler, type EventRuler, wrapRecord } from '../../event-ruler/event-ruler.ts';
import { matchPattern, readyEvent, readyPattern } from '../../event-ruler/pattern-matcher.ts';

const SEED = 20_261_121;
/** Forty on average. */
const records = fc.array(recordDraw, { minLength: 1, maxLength: 80, size: 'max' });

/** A call that went unmatched once. */
interface ToldAlike extends PatternWorld {
  readonly name: string;
  readonly record: JsonObject;
}

/** The calls of Lambda functions in files of real records, where such files lie beside the checkout. */
function readRealRecords(): readonly JsonObject[] {
  const folders = [
    join(import.meta.dirname, '../../../../shared/records'),
    join(import.meta.dirname, '../../records/handwritten'),
  ];
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ndjson'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as JsonObject),
  );
}

/** Throws for the first record that breaks the law, with all that is needed to see it again. */
function holdLaw(
  { allowlist: list, exclude, limits }: PatternWorld,
  given: readonly JsonObject[],
  matches: readonly (readonly unknown[])[],
): void {
  given.forEach((record, index) => {
    const matched = (matches[index] ?? []).length > 0;
    const broken = breaksPatternLaw(record, judgeRecord(record, list, exclude), exclude, matched);
    if (broken === null) return;
    throw new Error(`${broken}: ${JSON.stringify({ record, allowlist: list, exclude, limits })}`);
  });
}

describe('the patterns of any allowlist', () => {
  it('match every record that is unauthorized or undetermined, and no excluded function', () => {
    fc.assert(
      fc.property(patternWorld, records, (world, draws) => {
        const { patterns } = compilePatterns(world.allowlist, world.exclude, world.limits);
        const ready = patterns.map(readyPattern);
        const given = draws.map((draw) => composeRecord(draw, world.allowlist));
        const matches = given.map((record) => {
          const event = readyEvent(wrapRecord(record));
          return ready.filter((pattern) => matchPattern(pattern, event));
        });
        holdLaw(world, given, matches);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  it('match no whole call by a caller listed for a plain name, unless the coverage says so', () => {
    let told = 0;
    fc.assert(
      fc.property(patternWorld, records, ({ allowlist: drawn, exclude }, draws) => {
        const list = settleInOnePartition({
          ...drawn,
          functions: drawn.functions.filter(namesOtherFunction),
        });
        const { patterns, coverage } = compilePatterns(list, exclude);
        const passing = new Set(coverage.passing.map(({ pointer }) => pointer));
        const ready = patterns.map(readyPattern);
        for (const draw of draws) {
          // Federated users are not worth characters in every pattern, and an account is in one partition only.
          const { stranger } = draw;
          if (stranger.type === 'FederatedUser' || stranger.partition !== 'aws') continue;
          const record = composeRecord({ ...draw, damage: [] }, list);
          const judgement = judgeRecord(record, list, exclude);
          const entry = judgement.kind === 'judged' ? judgement.decision.entry : null;
          if (entry === null || passing.has(entry.pointer)) continue;
          told += 1;
          const event = readyEvent(wrapRecord(record));
          if (ready.some((pattern) => matchPattern(pattern, event)))
            throw new Error(
              `matched, though \`${entry.pointer}\` is told: ${JSON.stringify({ record, list })}`,
            );
        }
        expect(coverage.looseFunctions).toEqual([]);
      }),
      { seed: SEED, numRuns: 250 },
    );
    expect(told).toBeGreaterThan(500);
  });

  it('match no whole call that the coverage calls filtered, whatever the names, globs and limits', () => {
    let filtered = 0;
    fc.assert(
      fc.property(patternWorld, records, ({ allowlist: drawn, exclude, limits }, draws) => {
        const list = settleInOnePartition({ ...drawn, functions: dropRivals(drawn.functions) });
        const { patterns, coverage } = compilePatterns(list, exclude, limits);
        const costly = new Set([
          ...coverage.passing.map(({ pointer }) => pointer),
          ...coverage.looseFunctions,
        ]);
        const ready = patterns.map(readyPattern);
        for (const draw of draws) {
          if (draw.stranger.type === 'FederatedUser' || draw.stranger.partition !== 'aws') continue;
          const record = composeRecord({ ...draw, damage: [] }, list);
          const judgement = judgeRecord(record, list, exclude);
          if (judgement.kind !== 'judged' || judgement.decision.entry === null) continue;
          const { entry, guarded } = judgement.decision;
          if (costly.has(entry.pointer) || costly.has(guarded?.pointer ?? '')) continue;
          filtered += 1;
          const event = readyEvent(wrapRecord(record));
          if (ready.some((pattern) => matchPattern(pattern, event)))
            throw new Error(
              `matched, though \`${entry.pointer}\` is filtered: ${JSON.stringify({ record, list, limits })}`,
            );
        }
      }),
      { seed: SEED, numRuns: 250 },
    );
    expect(filtered).toBeGreaterThan(500);
  });

  it('are as many, as long and as wild as the limits say, or fewer, shorter and tamer', () => {
    fc.assert(
      fc.property(patternWorld, ({ allowlist: list, exclude, limits }) => {
        const { patterns, coverage } = compilePatterns(list, exclude, limits);
        const texts = patterns.map((pattern) => JSON.stringify(pattern));
        const wild = texts.filter((text) => text.includes('wildcard')).length;
        expect(patterns.length).toBeLessThanOrEqual(limits.rules);
        expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(limits.characters);
        expect(coverage.wildcardRules).toBe(wild);
        if (patterns.length > 1) expect(wild).toBeLessThanOrEqual(limits.wildcardRules);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

/** Leaves one glob of each length: `config` refuses equally long ones that can match the same function. */
function dropRivals(functions: readonly FunctionEntry[]): readonly FunctionEntry[] {
  const lengths = new Set<number>();
  return functions.filter(({ selector }) => {
    if (selector.kind !== 'glob') return true;
    const rival = lengths.has(selector.glob.length);
    lengths.add(selector.glob.length);
    return !rival;
  });
}

function settleInOnePartition(list: Allowlist): Allowlist {
  return JSON.parse(JSON.stringify(list).replaceAll(/aws-(cn|us-gov)/g, 'aws')) as Allowlist;
}

function namesOtherFunction({ selector }: FunctionEntry): boolean {
  return selector.kind === 'name' && !GUARD_FUNCTION_NAMES.includes(selector.name);
}

describeWithRuler('event-ruler, with the patterns of any allowlist', (start) => {
  let ruler: EventRuler;
  beforeAll(() => {
    ruler = start();
  });
  afterAll(() => ruler.stop());

  async function hold(world: PatternWorld, given: readonly JsonObject[]): Promise<void> {
    const { patterns } = compilePatterns(world.allowlist, world.exclude, world.limits);
    const answer = await ruler.judge(patterns, given.map(wrapRecord));
    expect({ refused: answer.refused, repeated: answer.repeated }).toEqual({ refused: [], repeated: [] });
    holdLaw(world, given, answer.matches);
  }

  it('takes them all, misses no record that is unauthorized or undetermined, and matches no excluded function', async () => {
    await fc.assert(
      fc.asyncProperty(patternWorld, records, (world, draws) =>
        hold(
          world,
          draws.map((draw) => composeRecord(draw, world.allowlist)),
        ),
      ),
      { seed: SEED, numRuns: 500 },
    );
  }, 240_000);

  it('misses no real record, whoever is listed for its function', async () => {
    const real = readRealRecords();
    const functions = new Set(
      real.map(parseInvocation).flatMap((one) => (one.kind === 'invocation' ? [one.functionArn ?? ''] : [])),
    );
    const lists = fc
      .sample(allowlist, { seed: SEED, numRuns: 20 })
      .flatMap(({ functions: drawn }) =>
        ['arn', 'glob'].map((kind) => guardAll([...functions], kind, drawn[0]?.invokers ?? [])),
      );
    for (const list of lists) await hold({ allowlist: list, exclude: [], limits: EVENTBRIDGE_LIMITS }, real);
    expect(functions.size).toBeGreaterThan(0);
  });

  it.each(toldAlike as unknown as readonly ToldAlike[])(
    'misses no call where entries are told alike: $name',
    async ({ record, ...world }) => {
      await hold(world, [record]);
      expect(judgeRecord(record, world.allowlist, world.exclude)).toMatchObject({
        decision: { verdict: 'unauthorized' },
      });
    },
  );
});

function guardAll(functions: readonly string[], kind: string, invokers: readonly InvokerEntry[]): Allowlist {
  const selectors =
    kind === 'glob'
      ? [{ kind: 'glob' as const, glob: '*' }]
      : functions.map((arn) => ({ kind: 'arn' as const, arn }));
  return {
    version: 1,
    trail: { functions: 'all' },
    alerts: { emails: [] },
    functions: selectors.map((selector, index) => ({
      pointer: `/functions/${index}`,
      selector,
      mode: 'observe',
      invokers,
    })),
    breakGlass: [],
  };
}
