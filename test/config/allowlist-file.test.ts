import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { dump } from 'js-yaml';
import {
  type AllowlistReading,
  compileAllowlist,
  readAllowlist,
  readAllowlistFile,
} from '../../config/allowlist-file.ts';
import { formatProblem } from '../../config/problem.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function listMessages(reading: AllowlistReading): readonly string[] {
  return reading.kind === 'invalid' ? reading.problems.map(formatProblem) : [];
}

describe('readAllowlistFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'allowlist-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  it('reads a file', () => {
    const path = write('good.yaml', 'version: 1\nfunctions: []\n');
    expect(readAllowlistFile(path, NOW)).toMatchObject({ kind: 'allowlist' });
  });

  it.each([
    ['is not there', () => join(folder, 'absent.yaml'), 'the file is not there'],
    ['is a folder', () => folder, 'this is a folder'],
    ['is not UTF-8', () => write('latin.yaml', Uint8Array.of(0x61, 0x3a, 0x20, 0xe9, 0x0a)), 'not UTF-8'],
    ['is UTF-16', () => write('wide.yaml', Buffer.from('\uFEFFversion: 1\n', 'utf16le')), 'not UTF-8'],
    ['has nine million characters', () => write('big.yaml', 'a'.repeat(9_000_000)), 'at most 8000000'],
    ['is nested too deeply', () => write('deep.yaml', '['.repeat(5000)), 'nesting'],
  ])('answers a problem where the file %s', (_what, prepare, words) => {
    const path = prepare();
    const messages = listMessages(readAllowlistFile(path, NOW));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(words);
    expect(messages[0]!.startsWith(path)).toBe(true);
  });

  it('stops aliases that multiply a small file', () => {
    const lists = Array.from({ length: 200 }, (_, i) => `  - { name: f${i}, invokers: *callers }`).join('\n');
    const callers = Array.from({ length: 900 }, (_, i) => `{ account: "${String(i).padStart(12, '0')}" }`);
    const text = `version: 1\nfunctions:\n  - { name: f, invokers: &callers [${callers.join()}] }\n${lists}\n`;
    const messages = listMessages(readAllowlist(text, 'invokeguard.yaml', NOW));
    expect(messages).toEqual([expect.stringContaining('expected at most 50000')]);
  });
});

describe('compileAllowlist', () => {
  it('reads an object as it reads a file, and gives pointers instead of lines', () => {
    const entry = { role: 'arn:aws:iam::1:role/x' };
    const reading = compileAllowlist(
      { version: 1, functions: [{ name: 'a', invokers: [entry] }] },
      'allowlist',
      NOW,
    );
    expect(listMessages(reading)).toEqual([
      expect.stringMatching(/^allowlist:\/functions\/0\/invokers\/0\/role: .*12 digits/),
    ]);
  });

  it('refuses an account number that lost its leading zero', () => {
    const value = { version: 1, functions: [{ name: 'a', invokers: [{ account: 12345678901 }] }] };
    expect(listMessages(compileAllowlist(value, 'allowlist', NOW))[0]).toContain('write `"012345678901"`');
  });

  it('answers a problem for anything that is not an allowlist', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(compileAllowlist(value, 'allowlist', NOW).kind).toBe('invalid');
      }),
    );
  });
});

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const accountId = fc.stringMatching(/^[0-9]{12}$/);
const terms = fc.record(
  {
    expires: fc
      .date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    owner: name,
    reason: fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== ''),
  },
  { requiredKeys: [] },
);
const caller = fc.oneof(
  fc.record({
    service: name.map((word) => `x${word.toLowerCase().replaceAll('_', '-')}.amazonaws.com`),
    sourceAccount: accountId,
  }),
  fc.tuple(accountId, name).map(([account, word]) => ({ role: `arn:aws:iam::${account}:role/${word}` })),
  fc.tuple(accountId, name).map(([account, word]) => ({ user: `arn:aws:iam::${account}:user/${word}` })),
  accountId.map((account) => ({ account })),
  fc
    .tuple(accountId, name)
    .map(([account, word]) => ({ eventSourceMapping: `arn:aws:sqs:eu-west-1:${account}:${word}` })),
  fc.constant({ functionUrl: 'public' as const }),
);
const invokers = fc
  .uniqueArray(caller, { selector: (value) => JSON.stringify(value), maxLength: 6 })
  .chain((callers) => fc.tuple(...callers.map((who) => terms.map((more) => ({ ...who, ...more })))));
const functions = fc.uniqueArray(
  fc.record({ name, mode: fc.constantFrom('observe' as const, 'enforce' as const), invokers }),
  { selector: (value) => value.name, maxLength: 5 },
);

describe('readAllowlist', () => {
  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'version: 1',
      'functions:',
      '- name: a',
      '  invokers: []',
      '\n',
      ' ',
      '&a',
      '*a',
      '- ',
      '{',
      ']',
      ':',
      '\t',
      '|',
      '"',
      '#',
      '---',
      '!',
      '<<: ',
      '\u0000',
      '__proto__: ',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const reading = readAllowlist(given, 'invokeguard.yaml', NOW);
        const problems = reading.kind === 'invalid' ? reading.problems : reading.warnings;
        const lines = given.split(/\r\n|\r|\n/).length;
        for (const { line = 0, column = 0, message } of problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(message).not.toContain('\n');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads back from YAML text what was written, entry for entry', () => {
    fc.assert(
      fc.property(functions, fc.constantFrom('guarded', 'all'), (written, trail) => {
        const file = {
          version: 1,
          trail: { functions: trail },
          functions: written.map((entry) =>
            entry.invokers.length === 0 ? { ...entry, confirm: 'nobody' } : entry,
          ),
        };
        const reading = readAllowlist(dump(file), 'invokeguard.yaml', NOW);
        expect(listMessages(reading)).toEqual([]);
        if (reading.kind !== 'allowlist') return;
        expect(reading.allowlist.trail.functions).toBe(trail);
        expect(
          reading.allowlist.functions.map((entry) => ({
            name: entry.selector.kind === 'name' ? entry.selector.name : entry.selector,
            mode: entry.mode,
            invokers: entry.invokers.map(({ kind: _kind, pointer: _pointer, ...rest }) => rest),
          })),
        ).toEqual(written);
      }),
    );
  });
});
