import * as fc from 'fast-check';
import { createEventWindow, keyEventID, writeUuid } from '../../../logs/replay/event-window.ts';

describe('the window of eventIDs', () => {
  it.each(['whole', 'growing'] as const)(
    'knows every ID of the last three quarters of a table (%s)',
    (size) => {
      fc.assert(
        fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 400 }), (numbers) => {
          const window = createEventWindow(size, 64);
          const kept: number[] = [];
          for (const number of numbers) {
            const answer = window.meet(number, 0, 0, 0);
            if (kept.slice(-48).includes(number)) expect(answer).toBe('seen');
            if (!kept.includes(number)) expect(answer).toBe('new');
            if (answer === 'new') kept.push(number);
          }
        }),
        { seed: 3, numRuns: 300 },
      );
    },
  );

  it('grows without forgetting', () => {
    const window = createEventWindow('growing');
    for (let number = 0; number < 20_000; number += 1) expect(window.meet(number, 1, 2, 3)).toBe('new');
    for (let number = 0; number < 20_000; number += 1) expect(window.meet(number, 1, 2, 3)).toBe('seen');
  });

  it('never holds more than two tables', () => {
    const window = createEventWindow('growing', 64);
    for (let number = 1; number <= 200; number += 1) window.meet(number, 0, 0, 0);
    expect(window.meet(1, 0, 0, 0)).toBe('new');
  });
});

describe('the key of an eventID', () => {
  it('is the digits of a UUID, which can be written back', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(writeUuid(...keyEventID(uuid))).toBe(uuid);
      }),
      { seed: 4 },
    );
  });

  it('tells other texts apart, in their case and in broken characters too', () => {
    const texts = [
      '',
      'e1',
      'E1',
      '\ud800',
      '\ud801',
      'B1E55492-D8BE-4B9A-B794-A8A0A28162F0',
      'b1e55492-d8be-4b9a-b794-a8a0a28162f0',
    ];
    expect(new Set(texts.map((text) => keyEventID(text).join())).size).toBe(texts.length);
  });
});
