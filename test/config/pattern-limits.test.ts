import { readPatternLimits } from '../../config/pattern-limits.ts';

const NAMES = { characters: '--characters', rules: '--rules' };

describe('the quotas that patterns are compiled for', () => {
  it('are AWS’s own where nothing is said', () => {
    expect(readPatternLimits({ characters: undefined, rules: undefined }, NAMES)).toEqual({
      kind: 'limits',
      limits: { characters: 2048, rules: 250, wildcardRules: 28 },
    });
  });

  it.each([
    [1536, 1],
    [20_000, 35],
    [1750, 400],
  ])('may be %d characters and %d rules', (characters, rules) => {
    expect(readPatternLimits({ characters, rules }, NAMES)).toEqual({
      kind: 'limits',
      limits: { characters, rules, wildcardRules: 28 },
    });
  });

  it.each([
    [
      { characters: 1535, rules: 1 },
      ['`--characters` is `1535`, expected a whole number from 1536 to 20000'],
    ],
    [{ characters: 20_001, rules: 1 }, [expect.stringContaining('`20001`')]],
    [{ characters: 2048.5, rules: 1 }, [expect.stringContaining('`2048.5`')]],
    [{ characters: 2048, rules: 0 }, ['`--rules` is `0`, expected a whole number from 1 to 400']],
    [{ characters: 1, rules: 401 }, [expect.stringContaining('`1`'), expect.stringContaining('`401`')]],
    [{ characters: 20_000, rules: 36 }, [expect.stringContaining('is 720000, expected at most 700000')]],
  ])('are refused as %j', (quotas, faults) => {
    expect(readPatternLimits(quotas, NAMES)).toEqual({ kind: 'invalid', faults });
  });
});
