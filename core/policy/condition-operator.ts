/** What an operator does with one policy value and one request value. */
export type Comparison =
  | 'string'
  | 'stringIgnoreCase'
  | 'stringLike'
  | 'arn'
  | 'boolean'
  | 'binary'
  | 'address'
  | 'numberEquals'
  | 'numberLess'
  | 'numberLessOrEquals'
  | 'numberGreater'
  | 'numberGreaterOrEquals'
  | 'dateEquals'
  | 'dateLess'
  | 'dateLessOrEquals'
  | 'dateGreater'
  | 'dateGreaterOrEquals';

/** A condition operator, taken apart. */
export type ConditionOperator =
  | { readonly kind: 'null' }
  | {
      readonly kind: 'comparison';
      readonly comparison: Comparison;
      readonly sense: 'positive' | 'negated';
      /** How many values of the request have to satisfy it. */
      readonly quantifier: 'single' | 'forAllValues' | 'forAnyValue';
      /** What an absent key means: what the operator says, or a match (`…IfExists`). */
      readonly whenAbsent: 'byOperator' | 'match';
    };

const COMPARISONS: ReadonlyMap<string, readonly [Comparison, 'positive' | 'negated']> = new Map([
  ['StringEquals', ['string', 'positive']],
  ['StringNotEquals', ['string', 'negated']],
  ['StringEqualsIgnoreCase', ['stringIgnoreCase', 'positive']],
  ['StringNotEqualsIgnoreCase', ['stringIgnoreCase', 'negated']],
  ['StringLike', ['stringLike', 'positive']],
  ['StringNotLike', ['stringLike', 'negated']],
  ['NumericEquals', ['numberEquals', 'positive']],
  ['NumericNotEquals', ['numberEquals', 'negated']],
  ['NumericLessThan', ['numberLess', 'positive']],
  ['NumericLessThanEquals', ['numberLessOrEquals', 'positive']],
  ['NumericGreaterThan', ['numberGreater', 'positive']],
  ['NumericGreaterThanEquals', ['numberGreaterOrEquals', 'positive']],
  ['DateEquals', ['dateEquals', 'positive']],
  ['DateNotEquals', ['dateEquals', 'negated']],
  ['DateLessThan', ['dateLess', 'positive']],
  ['DateLessThanEquals', ['dateLessOrEquals', 'positive']],
  ['DateGreaterThan', ['dateGreater', 'positive']],
  ['DateGreaterThanEquals', ['dateGreaterOrEquals', 'positive']],
  ['Bool', ['boolean', 'positive']],
  ['BinaryEquals', ['binary', 'positive']],
  ['IpAddress', ['address', 'positive']],
  ['NotIpAddress', ['address', 'negated']],
  ['ArnEquals', ['arn', 'positive']],
  ['ArnLike', ['arn', 'positive']],
  ['ArnNotEquals', ['arn', 'negated']],
  ['ArnNotLike', ['arn', 'negated']],
]);

const NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/**
 * Takes an operator's name apart, or answers `undefined` for one that AWS does not document.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function parseOperator(name: string): ConditionOperator | undefined {
  if (name === 'Null') return { kind: 'null' };
  const [, set, base = '', ifExists] = NAME.exec(name) ?? [];
  const known = COMPARISONS.get(base);
  if (known === undefined) return undefined;
  return {
    kind: 'comparison',
    comparison: known[0],
    sense: known[1],
    quantifier: set === 'ForAllValues' ? 'forAllValues' : set === 'ForAnyValue' ? 'forAnyValue' : 'single',
    whenAbsent: ifExists === undefined ? 'byOperator' : 'match',
  };
}
