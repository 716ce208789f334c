import { isJsonObject } from '../json.ts';
import { compareValue } from './condition-comparison.ts';
import { type ConditionOperator, parseOperator } from './condition-operator.ts';
import {
  beUnsure,
  decideMatch,
  invertMatch,
  MATCH,
  type Match,
  matchAll,
  matchAny,
  matchEach,
  NO_MATCH,
} from './match.ts';
import { readList } from './value-list.ts';

/** What is known of one condition key: its values, that the request does not carry it, or nothing. */
export type KeyState =
  | { readonly kind: 'present'; readonly values: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

/** Looks up a condition key by its lower-cased name. */
export type KeyLookup = (key: string) => KeyState;

type Comparing = Extract<ConditionOperator, { kind: 'comparison' }>;

/**
 * Decides whether a `Condition` element holds. Operators and keys are joined by AND, the values of a key by OR, and
 * those of a negated operator by NOR. On an absent key positive operators fail, negated ones hold, `…IfExists` and
 * `ForAllValues:` hold, and `ForAnyValue:` fails.
 *
 * AWS contradicts itself on a negated `ForAllValues:` with an absent key (one page says that it holds, the table of
 * another says that it does not): unsure.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function matchCondition(condition: unknown, lookUp: KeyLookup): Match {
  if (condition === undefined) return MATCH;
  if (!isJsonObject(condition)) return beUnsure('a condition that is not a JSON object');
  return matchAll(matchEach(Object.entries(condition), ([name, keys]) => matchOperator(name, keys, lookUp)));
}

function matchOperator(name: string, keys: unknown, lookUp: KeyLookup): Match {
  const operator = parseOperator(name);
  if (operator === undefined) return beUnsure(`the condition operator \`${name}\``);
  if (!isJsonObject(keys)) return beUnsure(`the condition operator \`${name}\`, which names no keys`);
  return matchAll(
    matchEach(Object.entries(keys), ([key, value]) => {
      const state = lookUp(key.toLowerCase());
      if (state.kind === 'unknown') return beUnsure(`the condition key \`${key}\`, whose value is not known`);
      const values = state.kind === 'present' ? state.values : [];
      return operator.kind === 'null'
        ? matchNull(readList(value), values)
        : matchComparison(operator, name, readList(value), values);
    }),
  );
}

/** `true` asks for the key to be absent, `false` for it to be there. */
function matchNull(wanted: readonly unknown[], given: readonly string[]): Match {
  if (wanted.length === 0) return beUnsure('a Null condition without a value');
  const absent = given.length === 0 ? 'true' : 'false';
  return matchAny(
    wanted.map((value) => {
      const text = String(value).toLowerCase();
      if (text !== 'true' && text !== 'false') return beUnsure('a Null condition that is not true or false');
      return decideMatch(text === absent);
    }),
  );
}

function matchComparison(
  operator: Comparing,
  name: string,
  wanted: readonly unknown[],
  given: readonly string[],
): Match {
  if (given.length === 0) return matchAbsent(operator, name);
  if (wanted.length === 0) return beUnsure(`the condition operator \`${name}\` without a value`);
  const results = given.map((value) => matchValue(operator, wanted, value));
  switch (operator.quantifier) {
    case 'forAllValues':
      return matchAll(results);
    case 'forAnyValue':
      return matchAny(results);
    case 'single': {
      // AWS documents operators without a set qualifier for keys of one value only.
      const every = matchAll(results);
      return every.kind === matchAny(results).kind
        ? every
        : beUnsure(`the condition operator \`${name}\` on a key of several values`);
    }
  }
}

function matchAbsent(operator: Comparing, name: string): Match {
  if (operator.whenAbsent === 'match') return MATCH;
  switch (operator.quantifier) {
    case 'forAnyValue':
      return NO_MATCH;
    case 'forAllValues':
      return operator.sense === 'positive'
        ? MATCH
        : beUnsure(`the condition operator \`${name}\` on an absent key`);
    case 'single':
      return decideMatch(operator.sense === 'negated');
  }
}

function matchValue(operator: Comparing, wanted: readonly unknown[], given: string): Match {
  const positive = matchAny(
    matchEach(wanted, (value) => {
      const text = readScalar(value);
      if (text === undefined) return beUnsure('a condition value that is neither text, number nor boolean');
      return compareValue(operator.comparison, text, given);
    }),
  );
  return operator.sense === 'positive' ? positive : invertMatch(positive);
}

/** Quotation marks are optional for numbers and booleans. */
function readScalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
