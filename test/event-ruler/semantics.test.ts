import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../core/json.ts';
import { describeWithRuler, type EventRuler } from './event-ruler.ts';
import { matchPattern, readyEvent, readyPattern } from './pattern-matcher.ts';

/** What EventBridge makes of a pattern; found by running event-ruler 2.1.0. */
interface TakenPattern {
  readonly name: string;
  readonly pattern: JsonObject;
  readonly fits: readonly JsonObject[];
  readonly fitsNot: readonly JsonObject[];
}

const { taken, refused } = JSON.parse(readFileSync(join(import.meta.dirname, 'semantics.json'), 'utf8')) as {
  readonly taken: readonly TakenPattern[];
  readonly refused: readonly Pick<TakenPattern, 'name' | 'pattern'>[];
};

describe('the matcher of the tests reads patterns by the table', () => {
  it.each(taken)('$name', ({ pattern, fits, fitsNot }) => {
    const ready = readyPattern(pattern);
    const match = (event: JsonObject): boolean => matchPattern(ready, readyEvent(event));
    expect(fits.filter((event) => !match(event))).toEqual([]);
    expect(fitsNot.filter(match)).toEqual([]);
  });

  it.each(refused)('refuses $name', ({ pattern }) => {
    expect(() => readyPattern(pattern)).toThrow(/takes|not known here|no test|must be/);
  });

  it.each([
    [{ f: [{ numeric: ['>', 1] }] }, 'numeric'],
    [{ f: [{ cidr: '10.0.0.0/8' }] }, 'cidr'],
    [{ f: [null] }, 'null'],
    [{ f: [1] }, '1'],
    [{ f: [{ 'anything-but': [1] }] }, '1'],
    [{ f: [{ wildcard: 'a\\*' }] }, 'wildcard'],
  ])('throws on %j, which the compiler does not use', (pattern, named) => {
    expect(() => readyPattern(pattern)).toThrow(named);
  });
});

describeWithRuler('event-ruler reads patterns by the table', (start) => {
  let ruler: EventRuler;
  beforeAll(() => {
    ruler = start();
  });
  afterAll(() => ruler.stop());

  it.each(taken)('$name', async ({ pattern, fits, fitsNot }) => {
    const answer = await ruler.judge([pattern], [...fits, ...fitsNot]);
    expect(answer.refused).toEqual([]);
    expect(answer.matches.map(({ length }) => length)).toEqual([
      ...fits.map(() => 1),
      ...fitsNot.map(() => 0),
    ]);
  });

  it.each(refused)('refuses $name', async ({ pattern }) => {
    const answer = await ruler.judge([pattern], []);
    expect(answer.refused).toHaveLength(1);
  });

  it('forgets values of the last field where two alternatives agree in all before it', async () => {
    const same = [
      { f: ['x'], g: ['a'] },
      { f: ['x'], g: ['a', 'b'] },
    ];
    const apart = [
      { f: ['x', 'y'], g: ['a'] },
      { f: ['z'], g: ['a', 'b'] },
    ];
    const answer = await ruler.judge(
      [{ $or: same }, ...same, { $or: apart }],
      [
        { f: 'x', g: 'b' },
        { f: 'z', g: 'b' },
      ],
    );
    // As two rules they fit; the compiler never lets two groups of functions have one matcher (function-group.ts).
    expect(answer.matches).toEqual([[2], [3]]);
  });

  it('names the patterns that say something of one field twice', async () => {
    const answer = await ruler.judge([{ f: ['a'], $or: [{ f: ['b'] }, { g: ['c'] }] }, { f: ['a'] }], []);
    expect(answer.repeated.map(({ pattern }) => pattern)).toEqual([0]);
  });
});
