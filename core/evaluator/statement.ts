import { matchAction, matchNotAction } from '../policy/action.ts';
import { type KeyState, matchCondition } from '../policy/condition.ts';
import type { PolicyStatement } from '../policy/document.ts';
import { beUnsure, type Match, matchAll, NO_MATCH } from '../policy/match.ts';
import { matchNotPrincipal, matchPrincipal, type PrincipalMatch } from '../policy/principal.ts';
import { matchNotResource, matchResource } from '../policy/resource.ts';
import { MODELLED_KEYS } from './context.ts';
import type { AccessRequest } from './request.ts';

/** What one statement says of one request. */
export interface StatementVerdict {
  /** `unknown` for an `Effect` that is neither: it may be either. */
  readonly effect: 'Allow' | 'Deny' | 'unknown';
  /** Whether the statement applies to the caller by its own name, or to everybody. */
  readonly directly: Match;
  /** Whether the statement applies by naming the caller's whole account. */
  readonly byAccount: Match;
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Judges one statement of a resource policy. All its elements must apply; one that we do not know makes it unsure,
 * unless another certainly does not apply.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export function judgeStatement(statement: PolicyStatement, request: AccessRequest): StatementVerdict {
  const { Effect: effect } = statement;
  const known = effect === 'Allow' || effect === 'Deny' ? effect : 'unknown';
  const principal = matchCaller(statement, known, request);
  if (principal.directly.kind === 'noMatch' && principal.byAccount.kind === 'noMatch') {
    return { effect: known, directly: NO_MATCH, byAccount: NO_MATCH };
  }
  const others = matchAll(listElements(statement, known, request));
  return {
    effect: known,
    directly: matchAll([principal.directly, others]),
    byAccount: matchAll([principal.byAccount, others]),
  };
}

/** The elements beside the principal, the cheap ones first: the first certain "no" ends the search. */
function* listElements(
  statement: PolicyStatement,
  effect: StatementVerdict['effect'],
  request: AccessRequest,
): Generator<Match> {
  yield matchElement(
    statement,
    'Action',
    (element) => matchAction(element, request.action),
    (element) => matchNotAction(element, request.action),
  );
  yield matchElement(
    statement,
    'Resource',
    (element) => matchResource(element, request.resource),
    (element) => matchNotResource(element, request.resource),
  );
  yield matchCondition(statement['Condition'], (key) => findKey(key, request));
  if (!Object.keys(statement).every((name) => ELEMENTS.has(name))) {
    yield beUnsure('an element that is not part of the policy language');
  }
  if (effect === 'unknown') yield beUnsure('an Effect that is neither Allow nor Deny');
}

function matchCaller(
  statement: PolicyStatement,
  effect: StatementVerdict['effect'],
  { principal }: AccessRequest,
): PrincipalMatch {
  const named = Object.hasOwn(statement, 'Principal');
  const excepted = Object.hasOwn(statement, 'NotPrincipal');
  if (named === excepted) {
    return { directly: beUnsure('a statement without exactly one principal element'), byAccount: NO_MATCH };
  }
  if (named) return matchPrincipal(statement['Principal'], principal);
  const spared = matchNotPrincipal(statement['NotPrincipal'], principal);
  const unsupported = effect !== 'Deny' && spared.kind !== 'noMatch';
  return {
    directly: unsupported ? beUnsure('NotPrincipal with Allow, which AWS does not support') : spared,
    byAccount: NO_MATCH,
  };
}

/** Exactly one of an element and its `Not…` form has to be there. */
function matchElement(
  statement: PolicyStatement,
  name: 'Action' | 'Resource',
  matchNamed: (element: unknown) => Match,
  matchOthers: (element: unknown) => Match,
): Match {
  const negated = `Not${name}`;
  const named = Object.hasOwn(statement, name);
  if (named === Object.hasOwn(statement, negated)) {
    return beUnsure(`a statement without exactly one of ${name} and ${negated}`);
  }
  return named ? matchNamed(statement[name]) : matchOthers(statement[negated]);
}

function findKey(key: string, request: AccessRequest): KeyState {
  const values = request.context.get(key);
  if (values !== undefined) return { kind: 'present', values };
  if (request.unlistedKeys === 'unknown' && !MODELLED_KEYS.has(key)) return { kind: 'unknown' };
  return { kind: 'absent' };
}
