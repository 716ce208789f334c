import { type FunctionEntry, type InvokerEntry, isLive } from '../allowlist/allowlist.ts';
import type { PlanInput } from '../plan/containment-plan.ts';
import { planContainment } from '../plan/containment-planner.ts';
import { readGrant } from '../plan/grant.ts';
import { readGuardSid } from '../plan/guard-sid.ts';
import { focusInput } from '../plan/input-focus.ts';
import { type PolicyStatement, parsePolicy } from '../policy/document.ts';
import { type ChangeDecision, neutral, opens, tampers } from './change-verdict.ts';
import { listOtherActions } from './other-grants.ts';
import { findUnlisted } from './unlisted-grant.ts';

/** Where a statement stands, and by which list it is judged. */
export interface PolicyPlace {
  /** The exact ARN that the policy is attached to, qualifier included. */
  readonly resourceArn: string;
  readonly guarded: FunctionEntry;
  /** Who may call: the function's entries and the break-glass entries, expired ones included. */
  readonly entries: readonly InvokerEntry[];
  /** Epoch milliseconds of the change; NaN where it is not known: then no entry that expires counts. */
  readonly now: number;
  readonly guardId: string;
}

/** Judges one statement that AddPermission adds. */
export function judgeGrant(statement: PolicyStatement | null, place: PolicyPlace): ChangeDecision {
  if (statement === null) {
    return opens('may let somebody in: the record does not tell whom the new permission is for');
  }
  return (
    findWrongStatement(statement, place) ??
    neutral('lets in callers only that the allowlist names, or nobody')
  );
}

/**
 * Judges a whole policy that PutResourcePolicy writes. Where the containment planner finds nothing to add or take
 * away, the guards stand in it and refuse whoever is not listed, whatever else it grants.
 */
export function judgePolicy(given: unknown, place: PolicyPlace): ChangeDecision {
  const parsed = parsePolicy(given);
  if (given === null || parsed.kind === 'unreadable') {
    return opens('may let somebody in: the record does not hold the new policy in a form that can be read');
  }
  const { policy } = parsed;
  const managing = policy.Statement.find((statement) => findManagement(statement) !== undefined);
  const altered = policy.Statement.find((statement) => isAltered(statement, place));
  const first = altered ?? managing;
  if (first !== undefined) {
    const found = findWrongStatement(first, place);
    if (found !== undefined) return found;
  }
  const plan = planContainment(composeInput(place, policy));
  if (plan.kind === 'unchanged') {
    return neutral("the guard's own statements in the new policy refuse every caller that is not listed");
  }
  for (const statement of policy.Statement) {
    const found = findWrongStatement(statement, place);
    if (found !== undefined) return found;
  }
  return mayCarryGuards(place.guarded)
    ? tampers('the new policy lacks statements of the guard: where it had written them, they are gone')
    : neutral('every grant of the new policy is for callers that the allowlist names');
}

/**
 * Whether a function's policies may carry guards that a change could take away: in mode enforce they do once the guard
 * has contained a caller, and a record does not tell whether it has. In doubt it has.
 */
export function mayCarryGuards({ mode, scope }: FunctionEntry): boolean {
  return mode === 'enforce' && scope === undefined;
}

/** The entries that count for one policy at the time of the change. */
export function listLive(place: PolicyPlace): readonly InvokerEntry[] {
  return focusInput(composeInput(place, null)).entries.filter((entry) => isLive(entry, place.now));
}

function composeInput(
  { resourceArn, entries, now, guardId }: PolicyPlace,
  policy: PlanInput['policy'],
): PlanInput {
  return {
    policy,
    resourceArn,
    entries,
    now,
    guardId,
    scope: { kind: 'allowlist' },
    offender: null,
    lever: 'resourcePolicy',
  };
}

function findWrongStatement(statement: PolicyStatement, place: PolicyPlace): ChangeDecision | undefined {
  if (isAltered(statement, place)) {
    return tampers("a statement bears the name of one of the guard's, and says something else");
  }
  const management = findManagement(statement);
  if (management !== undefined) return opens(management);
  const reading = readGrant(statement, place.resourceArn);
  switch (reading.kind) {
    case 'noGrant':
      return undefined;
    case 'mixed':
    case 'unclear':
      return opens(`may let in callers that are not listed: ${reading.why}`);
    case 'grant': {
      const unlisted = findUnlisted(reading.grant, listLive(place), place.resourceArn);
      return unlisted === undefined ? undefined : opens(`lets in more than the allowlist names: ${unlisted}`);
    }
  }
}

function isAltered(statement: PolicyStatement, { guardId }: PolicyPlace): boolean {
  return readGuardSid(statement, guardId).kind === 'altered';
}

/** An Allow for what is no call and no reading: whoever may change a function may do as it may. */
function findManagement(statement: PolicyStatement): string | undefined {
  return listOtherActions(statement).length === 0
    ? undefined
    : 'lets somebody do more with the function than call it or look at it, such as change it';
}
