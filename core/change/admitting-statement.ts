import { parseArn } from '../arn.ts';
import { evaluatePolicy } from '../evaluator/authorization.ts';
import { asText } from '../json.ts';
import { readGrant } from '../plan/grant.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { SoughtAccess } from './sought-access.ts';

/**
 * How sure it is that a change let the call in: its statement bears the name of one that let the caller in and that
 * the containment took away; or it lets this caller in; or it may, and the records do not tell enough.
 */
export type GrantMatch = 'sid' | 'content' | 'perhaps';

const RANKS: Readonly<Record<GrantMatch, number>> = { sid: 0, content: 1, perhaps: 2 };

/** Below zero where the left one is surer. */
export function compareMatches(left: GrantMatch, right: GrantMatch): number {
  return RANKS[left] - RANKS[right];
}

/** A statement that lets a caller in. */
export interface AdmittingStatement {
  readonly match: GrantMatch;
  /** Null where it has none. */
  readonly sid: string | null;
}

/**
 * Finds the statement that lets the caller in: of several the surest, and of equally sure ones the first.
 * @param resource the exact ARN that the policy is attached to
 */
export function findAdmittingStatement(
  statements: readonly PolicyStatement[],
  resource: string,
  sought: SoughtAccess,
): AdmittingStatement | undefined {
  let best: AdmittingStatement | undefined;
  for (const statement of statements) {
    const match = matchStatement(statement, resource, sought);
    if (match === undefined || (best !== undefined && compareMatches(best.match, match) <= 0)) continue;
    best = { match, sid: asText(statement['Sid']) };
  }
  return best;
}

function matchStatement(
  statement: PolicyStatement,
  resource: string,
  sought: SoughtAccess,
): GrantMatch | undefined {
  const admits = judgeAdmission(statement, resource, sought);
  if (admits === 'no') return undefined;
  const sid = asText(statement['Sid']);
  const wasRemoved = sought.removed.some(
    (removed) => sid !== null && removed['Sid'] === sid && judgeAdmission(removed, resource, sought) !== 'no',
  );
  if (wasRemoved) return 'sid';
  return admits === 'yes' && sought.qualifierTold === 'told' ? 'content' : 'perhaps';
}

/** Whether a statement by itself lets the caller in. */
function judgeAdmission(
  statement: PolicyStatement,
  resource: string,
  { requests, caller }: SoughtAccess,
): 'yes' | 'perhaps' | 'no' {
  const kinds = requests.map(
    (request) => evaluatePolicy({ Statement: [statement] }, { ...request, resource }).kind,
  );
  if (kinds.includes('allowed')) return 'yes';
  if (kinds.includes('undetermined')) return 'perhaps';
  return caller.kind === 'account' && namesSomebodyOf(caller.account, statement, resource) ? 'perhaps' : 'no';
}

/** The record of a caller from another account may tell the account alone, and the grant a role or user of it. */
function namesSomebodyOf(account: string, statement: PolicyStatement, resource: string): boolean {
  const reading = readGrant(statement, resource);
  return (
    reading.kind === 'grant' &&
    reading.grant.principals.some(
      (principal) => principal.kind === 'iam' && parseArn(principal.arn)?.account === account,
    )
  );
}
