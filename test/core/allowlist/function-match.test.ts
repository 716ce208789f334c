import * as fc from 'fast-check';
import type { Allowlist, FunctionEntry, FunctionSelector } from '../../../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../../../core/allowlist/function-match.ts';
import { indexGlobs, listMatches } from '../../../core/allowlist/glob-index.ts';
import { matchWildcard } from '../../../core/arn.ts';

const STEM = 'arn:aws:lambda:eu-west-1:111122223333:function:';

// Two letters only, so that names, globs and ARNs meet often.
const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 });
const glob = fc
  .string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 6 })
  .filter((text) => /[*?]/.test(text));
const selector: fc.Arbitrary<FunctionSelector> = fc.oneof(
  name.map((text): FunctionSelector => ({ kind: 'arn', arn: `${STEM}${text}` })),
  name.map((text): FunctionSelector => ({ kind: 'name', name: text })),
  { weight: 3, arbitrary: glob.map((text): FunctionSelector => ({ kind: 'glob', glob: text })) },
);
const functionEntries = fc.array(selector, { maxLength: 12 }).map((selectors) =>
  selectors.map(
    (one, index): FunctionEntry => ({
      pointer: `/functions/${index}`,
      selector: one,
      mode: 'observe',
      invokers: [],
    }),
  ),
);

/** The rule of docs/allowlist.md, entry by entry: what is more specific goes first, and of equals the earlier one. */
function findPlainly(functions: readonly FunctionEntry[], functionArn: string): FunctionEntry | undefined {
  const asked = functionArn.slice(functionArn.lastIndexOf(':') + 1);
  const rank = ({ selector: one }: FunctionEntry): number => {
    if (one.kind === 'arn') return one.arn === functionArn ? 2000 : -1;
    if (one.kind === 'name') return one.name === asked ? 1000 : -1;
    return matchWildcard(one.glob, asked) ? one.glob.length : -1;
  };
  const best = Math.max(0, ...functions.map(rank));
  return functions.find((entry) => rank(entry) === best);
}

function composeAllowlist(functions: readonly FunctionEntry[]): Allowlist {
  return { version: 1, trail: { functions: 'all' }, alerts: { emails: [] }, functions, breakGlass: [] };
}

describe('findFunctionEntry', () => {
  it('answers as a plain search through all entries does', () => {
    fc.assert(
      fc.property(functionEntries, fc.array(name, { minLength: 1, maxLength: 8 }), (functions, names) => {
        const allowlist = composeAllowlist(functions);
        for (const one of names) {
          const functionArn = `${STEM}${one}`;
          expect(findFunctionEntry(allowlist, functionArn)).toBe(findPlainly(functions, functionArn));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the odd names that a record may hold for what they are', () => {
    const functions: FunctionEntry[] = [
      { pointer: '/functions/0', selector: { kind: 'name', name: 'a' }, mode: 'observe', invokers: [] },
      { pointer: '/functions/1', selector: { kind: 'glob', glob: '*' }, mode: 'observe', invokers: [] },
    ];
    const allowlist = composeAllowlist(functions);
    for (const odd of ['', '__proto__', 'constructor', '*', 'x y']) {
      expect(findFunctionEntry(allowlist, `${STEM}${odd}`)).toBe(functions[1]);
    }
  });
});

describe('listMatches', () => {
  it('lists exactly the globs that match, each once', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.oneof(glob, name), { maxLength: 12 }), text, (globs, sample) => {
        const index = indexGlobs(globs.map((one, order) => [one, order] as const));
        const found = listMatches(index, sample).map(({ item }) => item);
        const expected = globs.flatMap((one, order) => (matchWildcard(one, sample) ? [order] : []));
        expect(found.toSorted((left, right) => left - right)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
