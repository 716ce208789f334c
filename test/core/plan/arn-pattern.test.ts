import * as fc from 'fast-check';
import { matchWildcard } from '../../../core/arn.ts';
import { overlapsText } from '../../../core/plan/arn-pattern.ts';

// Two letters only, so that patterns and texts meet often.
const shortPattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });
/** Every text of up to eight letters: what two patterns of four characters share, they share within that length. */
const allTexts = ['', 'a', 'b'];
for (let from = 1; allTexts.length < 2 ** 9 - 1; from += 1)
  allTexts.push(`${allTexts[from]}a`, `${allTexts[from]}b`);

describe('overlapsText', () => {
  it('says yes exactly where some text matches both', () => {
    fc.assert(
      fc.property(shortPattern, shortPattern, (left, right) => {
        const shared = allTexts.some((sample) => matchWildcard(left, sample) && matchWildcard(right, sample));
        expect(overlapsText(left, right)).toBe(shared);
      }),
      { numRuns: 500 },
    );
  });
});
