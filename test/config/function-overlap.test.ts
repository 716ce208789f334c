import * as fc from 'fast-check';
import { findFunctionOverlaps, writeSelector } from '../../config/function-overlap.ts';
import { coversPattern } from '../../config/pattern-cover.ts';
import type { FunctionEntry } from '../../core/allowlist/allowlist.ts';
import { overlapsText } from '../../core/plan/arn-pattern.ts';

const glob = fc
  .string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 5 })
  .filter((text) => /[*?]/.test(text));

function composeFunctions(globs: readonly string[]): readonly FunctionEntry[] {
  return globs.map((one, index) => ({
    pointer: `/functions/${index}`,
    selector: { kind: 'glob', glob: one },
    mode: 'observe',
    invokers: [],
  }));
}

describe('findFunctionOverlaps', () => {
  it('tells of each glob what a comparison with every other one tells', () => {
    fc.assert(
      fc.property(fc.uniqueArray(glob, { maxLength: 10 }), (globs) => {
        const findings = { problems: [], warnings: [] };
        findFunctionOverlaps(composeFunctions(globs), findings);
        const list = (found: readonly { readonly pointer: string }[]): readonly string[] =>
          found.map(({ pointer }) => pointer).toSorted();
        const name = (index: number): string => `/functions/${index}/name`;
        const equal = globs.flatMap((one, index) =>
          globs.slice(0, index).some((other) => other.length === one.length && overlapsText(other, one))
            ? [name(index)]
            : [],
        );
        const beaten = globs.flatMap((one, index) =>
          globs.some((other) => other.length > one.length && coversPattern(other, one)) ? [name(index)] : [],
        );
        expect(list(findings.problems)).toEqual(equal.toSorted());
        expect(list(findings.warnings)).toEqual(beaten.toSorted());
      }),
      { numRuns: 2000 },
    );
  });

  it('tells of ten thousand globs that all meet each other once each', () => {
    const globs = Array.from({ length: 10_000 }, (_, index) => `*-${String(index).padStart(5, '0')}-*`);
    const functions = composeFunctions(globs);
    const findings = { problems: [], warnings: [] };
    findFunctionOverlaps(functions, findings);
    expect(findings.problems).toHaveLength(functions.length - 1);
    expect(functions.map(({ selector }) => writeSelector(selector))).toEqual(globs);
  });
});
