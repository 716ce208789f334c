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
  const denies = createFindings();
  const grants = createFindings();
  const delegations = createFindings();
  for (const [index, statement] of (policy?.Statement ?? []).entries()) {
    const { effect, directly, byAccount } = judgeStatement(statement, request);
    if (effect !== 'Allow') {
      noteFinding(denies, index, directly);
      noteFinding(denies, index, byAccount);
    }
    if (effect !== 'Deny') {
      noteFinding(grants, index, directly);
      noteFinding(delegations, index, byAccount);
    }
  }
  return { denies, grants, delegations };
}

interface GrowingFindings {
  certain: StatementFinding | undefined;
  possible: StatementFinding | undefined;
}

function createFindings(): GrowingFindings {
  return { certain: undefined, possible: undefined };
}

/** Only the first of each sort is kept. */
function noteFinding(findings: GrowingFindings, statement: number, match: Match): void {
  if (match.kind === 'match') findings.certain ??= { statement, reason: '' };
  if (match.kind === 'unsure') findings.possible ??= { statement, reason: match.reason };
}

/** Both sorts together: the grants first. */
export function joinFindings(first: SortedFindings, second: SortedFindings): SortedFindings {
  return { certain: first.certain ?? second.certain, possible: first.possible ?? second.possible };
}
