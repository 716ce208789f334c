import * as fc from 'fast-check';
import { coversArnPattern, coversPattern } from '../../config/pattern-cover.ts';
import { matchArn, matchWildcard } from '../../core/arn.ts';

// Two letters only, so that patterns and texts meet often.
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });

describe('coversPattern', () => {
  it('never says yes where some text matches the narrow pattern and not the wide one', () => {
    fc.assert(
      fc.property(pattern, pattern, text, (wide, narrow, sample) => {
        fc.pre(coversPattern(wide, narrow) && matchWildcard(narrow, sample));
        expect(matchWildcard(wide, sample)).toBe(true);
      }),
    );
  });

  it('covers itself and every text that it matches', () => {
    fc.assert(
      fc.property(pattern, text, (wide, sample) => {
        expect(coversPattern(wide, wide)).toBe(true);
        expect(coversPattern(wide, sample)).toBe(matchWildcard(wide, sample));
      }),
    );
  });
});

describe('coversArnPattern', () => {
  it('agrees with ArnLike on ARNs without wildcards', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '*', ':'), maxLength: 4 });
    fc.assert(
      fc.property(part, part, (wide, narrow) => {
        const literal = `arn:aws:s3:::${narrow.replaceAll('*', 'b')}`;
        const wideArn = `arn:aws:s3:*::${wide}`;
        expect(coversArnPattern(wideArn, literal)).toBe(matchArn(wideArn, literal));
      }),
    );
  });
});
