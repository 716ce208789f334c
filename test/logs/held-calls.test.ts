import * as fc from 'fast-check';
import { createHeldCalls } from '../../logs/held-calls.ts';

describe('calls that wait for their mapping', () => {
  it('are given up together when it is learnt, in their order, and others wait on', () => {
    const held = createHeldCalls<number>();
    expect([held.hold('a', 1), held.hold('b', 2), held.hold('a', 3)]).toEqual([[], [], []]);
    expect(held.release('a')).toEqual([1, 3]);
    expect(held.release('a')).toEqual([]);
    expect(held.releaseAll()).toEqual([2]);
    expect(held.releaseAll()).toEqual([]);
  });

  it('are given up in the order of the logs when these end', () => {
    const held = createHeldCalls<number>();
    for (const [index, mapping] of ['b', 'a', 'b'].entries()) held.hold(mapping, index);
    expect(held.releaseAll()).toEqual([0, 1, 2]);
  });

  it('push out the one that waited longest where too many wait, whatever its mapping', () => {
    const held = createHeldCalls<number>(2);
    expect([held.hold('a', 1), held.hold('b', 2), held.hold('b', 3)]).toEqual([[], [], [1]]);
    expect(held.release('a')).toEqual([]);
    expect(held.release('b')).toEqual([2, 3]);
  });

  it('are each given up exactly once, and never more than so many wait', () => {
    const step = fc.record({
      act: fc.constantFrom('hold', 'hold', 'release'),
      mapping: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 6 }), (steps, most) => {
        const held = createHeldCalls<number>(most);
        const out: number[] = [];
        let holds = 0;
        for (const { act, mapping } of steps) {
          if (act === 'hold') out.push(...held.hold(mapping, holds++));
          else out.push(...held.release(mapping));
          expect(holds - out.length).toBeLessThanOrEqual(most);
        }
        out.push(...held.releaseAll());
        expect([...out].sort((a, b) => a - b)).toEqual(Array.from({ length: holds }, (_, index) => index));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
