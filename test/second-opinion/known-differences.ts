import { authorizeRequest } from '../../core/evaluator/authorization.ts';
import { composeContext } from '../../core/evaluator/context.ts';
import type { AccessDecision } from '../../core/evaluator/request.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { ACCOUNT, type EngineCaller, FUNCTION_ARN } from './engine.ts';

const ACTION = 'lambda:InvokeFunction';

/** Our evaluator, on a request from this machine, now: the other engine runs here. */
export function decideByAws(policy: PolicyDocument, { principal, identity }: EngineCaller): AccessDecision {
  const context = new Map([
    ...composeContext(principal, { action: ACTION, entrance: 'api', now: Date.now() }),
    ['aws:sourceip', ['127.0.0.1']] as const,
  ]);
  return authorizeRequest(policy.Statement.length === 0 ? null : policy, {
    action: ACTION,
    resource: FUNCTION_ARN,
    principal,
    identity,
    context,
  });
}

/**
 * Our evaluator again, with the four differences of known-differences.json translated into the request and the policy:
 * a disagreement is known only where this reading gives the other engine's answer.
 */
export function readAsFakecloud(policy: PolicyDocument, caller: EngineCaller): AccessDecision {
  const { principal } = caller;
  // A session stands for itself only, in Principal and in aws:PrincipalArn.
  const alone = principal.kind === 'role' ? { ...principal, roleArn: principal.sessionArn } : principal;
  const statements = policy.Statement.map((statement) => {
    const { Principal: named, ...rest } = statement;
    const text = JSON.stringify(named);
    const isAccount =
      text === JSON.stringify({ AWS: ACCOUNT }) ||
      text === JSON.stringify({ AWS: `arn:aws:iam::${ACCOUNT}:root` });
    const others = JSON.parse(JSON.stringify(rest).replaceAll('ForAllValues:', 'ForAnyValue:')) as object;
    return { ...others, Principal: isAccount ? '*' : named };
  });
  return decideByAws({ ...policy, Statement: statements }, { ...caller, principal: alone });
}
