import * as fc from 'fast-check';
import { quoteJson, quoteName, quoteText } from '../../../core/athena/sql-text.ts';

/** Reads the first literal of a text as Trino's grammar has it, and what stands behind it. */
function readLiteral(sql: string): { readonly value: string; readonly rest: string } {
  const [whole = '', inner = ''] = /^'((?:[^']|'')*)'/.exec(sql) ?? [];
  return { value: inner.replaceAll("''", "'"), rest: sql.slice(whole.length) };
}

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const hostile = fc.constantFrom(
  "'",
  "''",
  "' OR 1=1 --",
  '\\',
  "\\'",
  '"',
  ';',
  '--',
  '/*',
  '\u0000',
  '\n',
  '\u2019',
  '${x}',
  '%',
  '_',
  '\u{1f600}',
  '\ud800',
);
const text = fc.oneof(
  anyText,
  fc.array(fc.oneof(anyText, hostile), { maxLength: 6 }).map((parts) => parts.join('')),
);

describe('text in a query', () => {
  it('is one literal whatever it holds, and nothing of it stands behind the literal', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(readLiteral(`${quoteText(value)} AND rest`)).toEqual({ value, rest: ' AND rest' });
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same value behind JSON, in ASCII only', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), text, (value, more) => {
        const quoted = quoteJson([value, more]);
        expect(quoted).toMatch(/^[\u0020-\u007e]*$/);
        expect(JSON.parse(readLiteral(quoted).value)).toEqual(JSON.parse(JSON.stringify([value, more])));
      }),
      { numRuns: 2000 },
    );
  });

  it('is one name between double quotes', () => {
    expect(quoteName('a"; DROP TABLE b --')).toBe('"a""; DROP TABLE b --"');
  });
});
