import { parseArn } from '../arn.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { joinFindings, judgePolicy, type PolicyVerdict, type SortedFindings } from './policy-verdict.ts';
import type { AccessDecision, AccessRequest } from './request.ts';

/**
 * Decides what a resource policy says by itself, the caller's identity policies left aside. A grant to the whole
 * account of the caller counts for callers of other accounts only: in its own account it hands the decision over.
 * Never throws, whatever the policy holds.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function evaluatePolicy(policy: PolicyDocument | null, request: AccessRequest): AccessDecision {
  const verdict = judgePolicy(policy, request);
  const denied = readDeny(verdict);
  if (denied !== undefined) return denied;
  return decideGrant(verdict, listGrants(verdict, request), (statement) => ({
    kind: 'allowed',
    by: 'resourcePolicy',
    statement,
  }));
}

/**
 * Decides whether AWS would let a request in: the resource policy joined with what the caller's identity policies
 * say. An explicit deny wins. In one account either side is enough; across accounts both are needed; services and
 * anonymous callers have the resource policy only; a root user may do everything that nobody denies, as far as its
 * own account can say. Doubt about a statement counts only where that statement could change the answer. Permissions
 * boundaries, session policies, SCPs and RCPs are part of `identity`, or not modelled. Never throws.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function authorizeRequest(policy: PolicyDocument | null, request: AccessRequest): AccessDecision {
  return joinIdentity(judgePolicy(policy, request), request);
}

/**
 * Decides like `authorizeRequest`, for many requests: what a policy says does not depend on the caller's identity
 * policies, so requests that share one context object (and with it caller and action) are judged once.
 */
export function createAuthorizer(): typeof authorizeRequest {
  const known = new WeakMap<AccessRequest['context'], Map<PolicyDocument | null, PolicyVerdict>>();
  return (policy, request) => {
    const verdicts = known.get(request.context) ?? new Map<PolicyDocument | null, PolicyVerdict>();
    known.set(request.context, verdicts);
    const verdict = verdicts.get(policy) ?? judgePolicy(policy, request);
    verdicts.set(policy, verdict);
    return joinIdentity(verdict, request);
  };
}

function joinIdentity(verdict: PolicyVerdict, request: AccessRequest): AccessDecision {
  const denied = readDeny(verdict);
  if (denied !== undefined) return denied;
  if (request.identity === 'denies') {
    return { kind: 'explicitlyDenied', by: 'identityPolicy', statement: null };
  }
  const { principal } = request;
  const hasIdentity = 'account' in principal;
  const identityAllows = hasIdentity && (principal.kind === 'root' || request.identity === 'allows');
  const grants = listGrants(verdict, request);
  if (isSameAccount(request) && identityAllows) {
    const statement = (grants.certain ?? verdict.delegations.certain)?.statement;
    return withDoubtfulDeny(
      verdict,
      statement === undefined
        ? { kind: 'allowed', by: 'identityPolicy', statement: null }
        : { kind: 'allowed', by: 'both', statement },
    );
  }
  if (hasIdentity && !isSameAccount(request) && !identityAllows) {
    return { kind: 'implicitlyDenied', reason: "the caller's own account does not allow it" };
  }
  return decideGrant(verdict, grants, (statement) => ({
    kind: 'allowed',
    by: identityAllows ? 'both' : 'resourcePolicy',
    statement,
  }));
}

function isSameAccount({ principal, resource }: AccessRequest): boolean {
  return 'account' in principal && principal.account === parseArn(resource)?.account;
}

function listGrants(verdict: PolicyVerdict, request: AccessRequest): SortedFindings {
  return isSameAccount(request) ? verdict.grants : joinFindings(verdict.grants, verdict.delegations);
}

function readDeny({ denies }: PolicyVerdict): AccessDecision | undefined {
  if (denies.certain === undefined) return undefined;
  return { kind: 'explicitlyDenied', by: 'resourcePolicy', statement: denies.certain.statement };
}

function decideGrant(
  verdict: PolicyVerdict,
  grants: SortedFindings,
  allow: (statement: number) => AccessDecision,
): AccessDecision {
  if (grants.certain !== undefined) return withDoubtfulDeny(verdict, allow(grants.certain.statement));
  if (grants.possible !== undefined) return { kind: 'undetermined', ...grants.possible };
  const delegated = verdict.delegations.certain !== undefined;
  return {
    kind: 'implicitlyDenied',
    reason: delegated
      ? "the policy leaves it to the account's own policies, and they do not allow it"
      : 'no statement allows it',
  };
}

function withDoubtfulDeny({ denies }: PolicyVerdict, allowed: AccessDecision): AccessDecision {
  return denies.possible === undefined ? allowed : { kind: 'undetermined', ...denies.possible };
}
