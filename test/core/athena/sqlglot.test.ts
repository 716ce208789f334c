import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { DEFAULT_TABLE } from '../../../core/athena/log-table.ts';
import { QUERIES, type QueryInput } from '../../../core/athena/query-catalogue.ts';
import { allowlist } from '../../arbitraries/pattern-world.ts';
import { describeWithParser } from '../../trino/asked-suites.ts';

/** Reads queries from standard input as a JSON array, and answers for each the literals that it holds. */
const PARSE = `
import json, sys, sqlglot
from sqlglot import exp
def read(sql):
    tree = sqlglot.parse(sql, read='athena')
    assert len(tree) == 1 and isinstance(tree[0], exp.Select), 'not one SELECT'
    tables = sorted({t.sql() for t in tree[0].find_all(exp.Table) if t.db})
    return {'tables': tables, 'longestJson': max((l.this for l in tree[0].find_all(exp.Literal) if l.is_string and l.this.startswith('{')), key=len, default='')}
print(json.dumps([read(sql) for sql in json.load(sys.stdin)]))
`;

interface Parsed {
  readonly tables: readonly string[];
  readonly longestJson: string;
}

function parse(python: string, queries: readonly string[]): readonly Parsed[] {
  const { status, stdout, stderr } = spawnSync(python, ['-c', PARSE], {
    input: JSON.stringify(queries),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr.slice(-2_000));
  return JSON.parse(stdout) as readonly Parsed[];
}

const TIMES = [
  { kind: 'window', sinceMs: Date.parse('2026-11-01'), untilMs: Date.parse('2026-11-21') },
  { kind: 'lastDays', days: 7 },
] as const;

const hostile = fc
  .array(
    fc.constantFrom(
      "'",
      "''",
      "') --",
      ';',
      '\\',
      '"',
      '*',
      '?',
      'é',
      '\u{1f600}',
      '\ud800',
      '\n',
      '${a}',
      '/*',
      'DROP TABLE x',
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describeWithParser('queries, parsed in the dialect of Athena', (python) => {
  it('are each one SELECT from the one table, for any allowlist', () => {
    const lists = fc.sample(allowlist, { numRuns: 12, seed: 7 });
    const inputs = lists.map(
      (list, index): QueryInput => ({
        table: DEFAULT_TABLE,
        time: TIMES[index % 2] ?? TIMES[0],
        allowlist: list,
        mappings: new Map([['arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:a', "o'hara"]]),
      }),
    );
    const parsed = parse(
      python,
      inputs.flatMap((input) => QUERIES.flatMap(({ compose }) => compose(input))),
    );
    expect(parsed.length).toBeGreaterThanOrEqual(lists.length * QUERIES.length);
    for (const { tables } of parsed) expect(tables).toEqual(['"invokeguard"."cloudtrail"']);
  });

  it('hold hostile text as it is, in one literal, and no other statement', () => {
    const texts = fc.sample(hostile, { numRuns: 60, seed: 11 });
    const queries = texts.flatMap(
      (text) =>
        QUERIES[0]?.compose({
          table: DEFAULT_TABLE,
          time: TIMES[0],
          mappings: new Map(),
          allowlist: {
            version: 1,
            trail: { functions: 'all' },
            alerts: { emails: [] },
            breakGlass: [],
            functions: [
              {
                pointer: text,
                selector: { kind: 'name', name: text },
                mode: 'observe',
                invokers: [{ kind: 'role', role: `arn:aws:iam::111122223333:role/${text}`, pointer: text }],
              },
            ],
          },
        }) ?? [],
    );
    const parsed = parse(python, queries);
    expect(parsed).toHaveLength(texts.length);
    for (const [index, { longestJson }] of parsed.entries()) {
      const list = JSON.parse(longestJson) as { readonly exact: readonly { readonly v: string }[] };
      expect(list.exact[0]?.v).toBe(texts[index]);
    }
  });
});
