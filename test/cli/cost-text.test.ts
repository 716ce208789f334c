import { explainCosts } from '../../cli/cost-text.ts';
import type { PatternCoverage } from '../../core/pattern/compiled-patterns.ts';
import type { InvocationSelection } from '../../core/trail/invocation-selectors.ts';

const LIMITS = { characters: 2048, rules: 250, wildcardRules: 28 };
const GUARDED: InvocationSelection = { kind: 'guarded', selectors: [], inStackRegion: [] };

function explain(selection: InvocationSelection, coverage: Partial<PatternCoverage>): readonly string[] {
  const patterns = [{}, {}];
  const whole = { exactFunctions: 0, looseFunctions: [], passing: [], characters: 700, wildcardRules: 0 };
  return explainCosts({
    selection,
    limits: LIMITS,
    patterns: { patterns, coverage: { ...whole, ...coverage } },
  }).split('\n');
}

describe('what a call costs', () => {
  it.each<[InvocationSelection, string]>([
    [GUARDED, 'only the calls of the guarded functions are logged and paid for.'],
    [
      { ...GUARDED, inStackRegion: ['orders-*'] },
      "only the calls of the guarded functions are logged and paid for; those of orders-* in the Region of the trail's stack only.",
    ],
    [
      { kind: 'all', selectors: [], widened: null },
      'the calls of all functions are logged and paid for, as `trail.functions` asks.',
    ],
    [
      { kind: 'all', selectors: [], widened: 'CloudTrail has no selector for `a*b`' },
      'the calls of all functions are logged and paid for, because CloudTrail has no selector for `a*b`.',
    ],
    [{ kind: 'nothing', selectors: [] }, 'no call is logged, because no function is guarded.'],
  ])('says which calls the trail logs: %j', (selection, sentence) => {
    expect(explain(selection, {})[1]).toBe(`  Trail: ${sentence}`);
  });

  it('is nothing more for functions that are filtered exactly', () => {
    expect(explain(GUARDED, { exactFunctions: 3, wildcardRules: 1 }).slice(2)).toEqual([
      '  EventBridge: 2 rules (of 250), 700 characters in all, 1 with wildcards (of 28).',
      '  Filtered exactly: 3 function entries. A call by a listed caller costs nothing more.',
    ]);
  });

  it('is a message for functions that do not fit, of which five are named', () => {
    const looseFunctions = Array.from({ length: 9_000 }, (_, index) => `/functions/${index}`);
    expect(explain(GUARDED, { exactFunctions: 1, looseFunctions }).slice(3)).toEqual([
      '  Filtered exactly: 1 function entry. A call by a listed caller costs nothing more.',
      '  Not filtered exactly, because they do not fit into the rules: 9000 function entries (/functions/0, ' +
        '/functions/1, /functions/2, /functions/3, /functions/4 and 8995 more). All or most of their calls, by listed ' +
        'callers too, cost a queue message and a share of a Lambda invocation.',
    ]);
  });

  it('is a message for entries that no pattern can tell, by reason', () => {
    const passing = [
      { pointer: '/functions/0/invokers/0', why: 'it expires' },
      { pointer: '/functions/0/invokers/1', why: 'it is narrowed' },
      ...Array.from({ length: 6 }, (_, index) => ({ pointer: `/breakGlass/${index}`, why: 'it expires' })),
    ];
    expect(explain(GUARDED, { passing }).slice(3)).toEqual([
      '  Never filtered: 8 entries of callers. Each call by them costs a queue message and a share of a Lambda invocation:',
      '  - 7, because it expires (/functions/0/invokers/0, /breakGlass/0, /breakGlass/1, /breakGlass/2, /breakGlass/3 and 2 more)',
      '  - 1, because it is narrowed (/functions/0/invokers/1)',
    ]);
  });
});
