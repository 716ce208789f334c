import { isLive } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import type { AccessDecision, AccessRequest } from '../evaluator/request.ts';
import type { PolicyDocument, PolicyStatement } from '../policy/document.ts';
import { ANYWHERE } from './call-site.ts';
import type { PlanInput, ReplacePlan } from './containment-plan.ts';
import { readGuardSid } from './guard-sid.ts';
import { focusInput } from './input-focus.ts';
import { listExpiries } from './listed-callers.ts';
import { judgeSite } from './offender-reach.ts';
import { listWitnessCallers, listWitnesses, type Witness } from './witness.ts';

/** Decides one request against a policy, as AWS would. */
export type AuthorizeRequest = (policy: PolicyDocument | null, request: AccessRequest) => AccessDecision;

/** Whether a plan does what it has to, as far as the trials can tell. */
export type PlanProof = { readonly kind: 'proven' } | { readonly kind: 'refuted'; readonly reason: string };

const PROVEN: PlanProof = { kind: 'proven' };

/**
 * Tries a plan on requests made from the list, the policy and the offender, now and at each expiry: nobody gains, no
 * listed caller that got in is shut out, and the offender is refused. Where the policy is not fully understood, a
 * listed caller must not be worse off than before: undetermined may only stay undetermined.
 */
export function tryPlan(given: PlanInput, plan: ReplacePlan, authorize: AuthorizeRequest): PlanProof {
  const input = focusInput(given);
  const callers = listWitnessCallers(input);
  const base = dropGuards(input);
  const planned = input.entries.filter((entry) => isLive(entry, input.now));
  for (const atMs of [input.now, ...listExpiries(input.entries, input.now)]) {
    const live = planned.filter((entry) => isLive(entry, atMs));
    for (const witness of callers.flatMap((caller) =>
      listWitnesses(caller, input, atMs, 'everyCombination'),
    )) {
      const before = authorize(base, witness.request);
      const after = authorize(plan.policy, witness.request);
      const reason = judgeWitness(witness, before, after, judgeSite(live, witness.caller, witness.site));
      if (reason !== null) return { kind: 'refuted', reason };
    }
  }
  return input.lever === 'resourcePolicy' ? tryOffender(input, plan, authorize) : PROVEN;
}

/**
 * The policy before we ever touched it, as far as our own Denies go: the law is about what others granted, and a guard
 * of an older allowlist may rightly be lifted.
 */
function dropGuards({ policy, guardId }: PlanInput): PolicyDocument | null {
  if (policy === null) return null;
  const isGuard = (statement: PolicyStatement): boolean => {
    const sid = readGuardSid(statement, guardId);
    return sid.kind === 'ours' && sid.effect === 'Deny';
  };
  return { ...policy, Statement: policy.Statement.filter((statement) => !isGuard(statement)) };
}

function judgeWitness(
  witness: Witness,
  before: AccessDecision,
  after: AccessDecision,
  listing: ReturnType<typeof judgeSite>,
): string | null {
  if (
    after.kind === 'allowed' &&
    (before.kind === 'implicitlyDenied' || before.kind === 'explicitlyDenied')
  ) {
    return `the new policy would let in a caller that was refused before: ${describe(witness.caller)}`;
  }
  if (listing !== 'listed') return null;
  const worse =
    (before.kind === 'allowed' && after.kind !== 'allowed') ||
    (before.kind === 'undetermined' &&
      (after.kind === 'explicitlyDenied' || after.kind === 'implicitlyDenied'));
  return worse ? `the new policy might shut out a listed caller: ${describe(witness.caller)}` : null;
}

function tryOffender(input: PlanInput, plan: ReplacePlan, authorize: AuthorizeRequest): PlanProof {
  if (input.offender === null) return PROVEN;
  const live = input.entries.filter((entry) => isLive(entry, input.now));
  for (const { request, caller, site } of listWitnesses(input.offender, input, input.now, 'knownKeys')) {
    // A narrowed caller is to be stopped where no entry lists its call, and nowhere else.
    if (site !== ANYWHERE && judgeSite(live, caller, site) === 'listed') continue;
    const after = authorize(plan.policy, request);
    if (after.kind === 'allowed' || after.kind === 'undetermined') {
      return {
        kind: 'refuted',
        reason: `the new policy would not certainly stop the caller: ${describe(caller)}`,
      };
    }
  }
  return PROVEN;
}

function describe(caller: Caller): string {
  return JSON.stringify(caller);
}
