import { matchCondition } from '../../../core/policy/condition.ts';
import cases from '../../cases/evaluator/condition.json' with { type: 'json' };

interface ConditionCase {
  readonly name: string;
  readonly condition: unknown;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly expected: string;
}

describe('matchCondition', () => {
  it.each((cases as readonly ConditionCase[]).map((one) => [one.name, one] as const))(
    '%s',
    (_name, given) => {
      const match = matchCondition(given.condition, (key) => {
        const values = given.context[key];
        return values === undefined ? { kind: 'absent' } : { kind: 'present', values };
      });
      expect(match.kind).toBe(given.expected);
    },
  );
});
