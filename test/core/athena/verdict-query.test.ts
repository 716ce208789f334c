import * as fc from 'fast-check';
import type { Allowlist, FunctionEntry } from '../../../core/allowlist/allowlist.ts';
import { hashName } from '../../../core/athena/encoded-allowlist.ts';
import { OUTCOMES } from '../../../core/athena/entry-match.ts';
import {
  AllowlistTooLongError,
  composeVerdictQueries,
  QUERY_BYTES,
} from '../../../core/athena/verdict-query.ts';

const TABLE = { database: 'invokeguard', table: 'cloudtrail' };
const TIME = { kind: 'window', sinceMs: 0, untilMs: Date.parse('2026-11-21T00:00:00Z') } as const;

function makeList(functions: readonly FunctionEntry[]): Allowlist {
  return { version: 1, trail: { functions: 'all' }, alerts: { emails: [] }, functions, breakGlass: [] };
}

/** Functions with three callers of their own, as long as real ones are. */
function makeFunctions(count: number, kind: 'name' | 'glob'): readonly FunctionEntry[] {
  return Array.from({ length: count }, (_, index): FunctionEntry => {
    const name = `team-payments-prod-order-handler-${index}${kind === 'glob' ? '-*' : ''}`;
    const pointer = `/functions/${index}`;
    return {
      pointer,
      selector: kind === 'name' ? { kind, name } : { kind, glob: name },
      mode: 'observe',
      invokers: [
        {
          kind: 'service',
          service: 's3.amazonaws.com',
          sourceArn: `arn:aws:s3:::payments-prod-uploads-${index}`,
          sourceAccount: '111122223333',
          pointer: `${pointer}/invokers/0`,
        },
        {
          kind: 'role',
          role: `arn:aws:iam::111122223333:role/service-role/states-${index}`,
          pointer: `${pointer}/invokers/1`,
        },
        {
          kind: 'role',
          role: `arn:aws:iam::444455556666:role/partner/caller-${index}-*`,
          pointer: `${pointer}/invokers/2`,
        },
      ],
    };
  });
}

function compose(functions: readonly FunctionEntry[]): readonly string[] {
  const select = 'SELECT * FROM judged';
  return composeVerdictQueries({
    allowlist: makeList(functions),
    mappings: new Map(),
    table: TABLE,
    time: TIME,
    select,
  });
}

describe('queries for verdicts', () => {
  it('are one for a list of a few hundred functions', () => {
    expect(compose(makeFunctions(300, 'name'))).toHaveLength(1);
  });

  it('of 1,000 and of 10,000 functions are several, each within the limit, and each function is in exactly one', () => {
    for (const count of [1000, 10_000]) {
      const functions = makeFunctions(count, 'name');
      const queries = compose(functions);
      expect(Math.max(...queries.map((query) => Buffer.byteLength(query)))).toBeLessThanOrEqual(QUERY_BYTES);
      for (const [index, query] of queries.entries()) {
        if (queries.length > 1) expect(query).toContain(`% ${queries.length}, 0) = ${index}`);
      }
      const named = queries.flatMap((query) =>
        [...query.matchAll(/"p":"(\/functions\/\d+)"/g)].map(([, pointer]) => pointer),
      );
      expect(named).toHaveLength(count);
      expect(new Set(named)).toEqual(new Set(functions.map(({ pointer }) => pointer)));
    }
  });

  it('are refused, with what to do, where the globs alone are too many', () => {
    expect(() => compose(makeFunctions(5000, 'glob'))).toThrow(AllowlistTooLongError);
    expect(() => compose(makeFunctions(5000, 'glob'))).toThrow('list fewer, or name the functions instead');
  });

  it('deal functions out by the first three bytes of the SHA-256 of their names', () => {
    // printf %s orders | sha256sum | cut -c1-6
    expect(hashName('orders')).toBe(0x1c168a);
  });

  it('name every outcome of an entry once, and only those that the letters can make', () => {
    const codes = Object.values(OUTCOMES).flat();
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^[mu][mxu][rto]$/);
  });

  it('hold no text of the list outside of the one literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (name) => {
        const [plain = ''] = compose([entry('x')]);
        const [query = ''] = compose([entry(name)]);
        const outside = (sql: string): string => sql.replace(/json_parse\('(?:[^']|'')*'\)/, '');
        // How many parts there are, and whether narrowings are asked, is all that a list changes.
        expect(outside(query)).toBe(outside(plain));
      }),
      { numRuns: 300 },
    );

    function entry(name: string): FunctionEntry {
      return {
        pointer: '/functions/0',
        selector: { kind: 'name', name },
        mode: 'observe',
        invokers: [{ kind: 'role', role: `arn:aws:iam::111122223333:role/${name}*`, pointer: name }],
      };
    }
  });
});
