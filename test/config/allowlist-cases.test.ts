import { readAllowlist } from '../../config/allowlist-file.ts';
import type { ConfigProblem } from '../../config/problem.ts';
import compiled from '../cases/config/compiled.json' with { type: 'json' };
import invalid from '../cases/config/invalid.json' with { type: 'json' };
import warned from '../cases/config/warnings.json' with { type: 'json' };

const NOW = Date.parse('2026-11-21T12:00:00Z');

interface ExpectedProblem {
  readonly line: number;
  readonly says: readonly string[];
}

function expectProblems(found: readonly ConfigProblem[], expected: readonly ExpectedProblem[]): void {
  expect(found.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
  found.forEach((problem, index) => {
    for (const words of expected[index]!.says) expect(problem.message).toContain(words);
    expect(problem.file).toBe('invokeguard.yaml');
    expect(problem.message).not.toMatch(/\n|\.$/);
  });
}

describe('an invalid allowlist file', () => {
  it.each(invalid)('$name', ({ given, problems }) => {
    const reading = readAllowlist(given, 'invokeguard.yaml', NOW);
    expect(reading.kind).toBe('invalid');
    if (reading.kind === 'invalid') expectProblems(reading.problems, problems);
  });
});

describe('a doubtful allowlist file', () => {
  it.each(warned)('$name', ({ given, warnings }) => {
    const reading = readAllowlist(given, 'invokeguard.yaml', NOW);
    expect(reading.kind).toBe('allowlist');
    expectProblems(reading.warnings, warnings);
  });
});

describe('a valid allowlist file', () => {
  it.each(compiled)('$name', ({ given, expected }) => {
    const reading = readAllowlist(given, 'invokeguard.yaml', NOW);
    expect(reading).toMatchObject({ kind: 'allowlist', allowlist: expected });
    if (reading.kind === 'allowlist') expect(reading.allowlist).toStrictEqual(expected);
  });
});
