import { hasWildcard, matchArn, matchWildcard } from '../arn.ts';
import { matchAddress } from './address-range.ts';
import type { Comparison } from './condition-operator.ts';
import { readInstant } from './instant.ts';
import { beUnsure, decideMatch, MATCH, type Match, NO_MATCH } from './match.ts';
import { hasVariable } from './value-list.ts';

/**
 * Compares one value of a policy with one value of the request, before any negation. Values that the operator cannot
 * read, and policy variables, are unsure.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function compareValue(comparison: Comparison, wanted: string, given: string): Match {
  if (hasVariable(wanted)) return beUnsure(`the policy variable in \`${wanted}\``);
  switch (comparison) {
    case 'string':
      return decideMatch(wanted === given);
    case 'stringIgnoreCase':
      return decideMatch(wanted.toLowerCase() === given.toLowerCase());
    case 'stringLike':
      return decideMatch(matchWildcard(wanted, given));
    case 'arn':
      return compareArn(wanted, given);
    case 'boolean':
      return compareBoolean(wanted, given);
    case 'binary':
      return compareBinary(wanted, given);
    case 'address':
      return matchAddress(wanted, given);
    case 'numberEquals':
    case 'numberLess':
    case 'numberLessOrEquals':
    case 'numberGreater':
    case 'numberGreaterOrEquals':
      return compareNumber(comparison, readNumber(wanted), readNumber(given), wanted);
    case 'dateEquals':
    case 'dateLess':
    case 'dateLessOrEquals':
    case 'dateGreater':
    case 'dateGreaterOrEquals':
      return compareNumber(comparison, readInstant(wanted), readInstant(given), wanted);
  }
}

function compareArn(wanted: string, given: string): Match {
  if (wanted === given) return MATCH;
  if (!hasWildcard(wanted)) return NO_MATCH;
  if (wanted.split(':').length >= 6) return decideMatch(matchArn(wanted, given));
  return matchWildcard(wanted, given)
    ? beUnsure(`the ARN pattern \`${wanted}\`, which lacks some of the six parts`)
    : NO_MATCH;
}

function compareBoolean(wanted: string, given: string): Match {
  const [left, right] = [wanted.toLowerCase(), given.toLowerCase()];
  if (![left, right].every((value) => value === 'true' || value === 'false')) {
    return beUnsure(`the value \`${wanted}\`, where true or false is expected`);
  }
  return decideMatch(left === right);
}

function compareBinary(wanted: string, given: string): Match {
  if (wanted === given) return MATCH;
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(wanted);
  return isBase64 ? NO_MATCH : beUnsure(`the value \`${wanted}\`, which is not base64`);
}

type Ordering = Exclude<
  Comparison,
  'string' | 'stringIgnoreCase' | 'stringLike' | 'arn' | 'boolean' | 'binary' | 'address'
>;

function compareNumber(
  ordering: Ordering,
  wanted: number | undefined,
  given: number | undefined,
  text: string,
): Match {
  if (wanted === undefined || given === undefined) {
    return beUnsure(`the value \`${text}\`, which cannot be put in order`);
  }
  switch (ordering) {
    case 'numberEquals':
    case 'dateEquals':
      return decideMatch(given === wanted);
    case 'numberLess':
    case 'dateLess':
      return decideMatch(given < wanted);
    case 'numberLessOrEquals':
    case 'dateLessOrEquals':
      return decideMatch(given <= wanted);
    case 'numberGreater':
    case 'dateGreater':
      return decideMatch(given > wanted);
    case 'numberGreaterOrEquals':
    case 'dateGreaterOrEquals':
      return decideMatch(given >= wanted);
  }
}

function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}
