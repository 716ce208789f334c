import type { PolicyDocument } from '../policy/document.ts';
import type { Match } from '../policy/match.ts';
import type { AccessRequest } from './request.ts';
import { judgeStatement } from './statement.ts';

/** A statement that decides or may decide, by its place in the policy. */
export interface StatementFinding {
  readonly statement: number;
  /** What is unsure about it; empty where it certainly applies. */
  readonly reason: string;
}

/** The first statement of one sort that certainly applies, and the first that may. */
export interface SortedFindings {
  readonly certain: StatementFinding | undefined;
  readonly possible: StatementFinding | undefined;
}

/** All that a resource policy says of a request, before it is joined with anything else. */
export interface PolicyVerdict {
  readonly denies: SortedFindings;
  /** Grants that name the caller, or everybody. */
  readonly grants: SortedFindings;
  /** Grants that name the caller's account. */
  readonly delegations: SortedFindings;
}

/** Judges every statement of a policy; no policy says nothing. */
export function judgePolicy(policy: PolicyDocument | null, request: AccessRequest): PolicyVerdict {
  const verdicts = (policy?.Statement ?? []).map((statement) => judgeStatement(statement, request));
  const deny = verdicts.map(({ effect, directly, byAccount }) =>
    effect === 'Allow' ? [] : [directly, byAccount],
  );
  const grant = verdicts.map(({ effect, directly }) => (effect === 'Deny' ? [] : [directly]));
  const delegation = verdicts.map(({ effect, byAccount }) => (effect === 'Deny' ? [] : [byAccount]));
  return { denies: sortFindings(deny), grants: sortFindings(grant), delegations: sortFindings(delegation) };
}

function sortFindings(matches: readonly (readonly Match[])[]): SortedFindings {
  let certain: StatementFinding | undefined;
  let possible: StatementFinding | undefined;
  for (const [statement, match] of matches.flatMap((list, index) =>
    list.map((one) => [index, one] as const),
  )) {
    if (match.kind === 'match') certain ??= { statement, reason: '' };
    if (match.kind === 'unsure') possible ??= { statement, reason: match.reason };
  }
  return { certain, possible };
}

/** Both sorts together: the grants first. */
export function joinFindings(first: SortedFindings, second: SortedFindings): SortedFindings {
  return { certain: first.certain ?? second.certain, possible: first.possible ?? second.possible };
}
