import type { AbsentPolicy, PolicyTarget, PresentPolicy, Snapshot } from '../../containment/ports.ts';
import type { ReplacePlan } from '../../core/plan/containment-plan.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/policy/document.ts';
import { qualifyFunctionArn } from '../../core/record/function-reference.ts';

/** A function of the account that the tests play in. */
export function composeTarget(
  name: string,
  qualifier: string | null = null,
  account = '111122223333',
): PolicyTarget {
  return { functionArn: `arn:aws:lambda:eu-west-1:${account}:function:${name}`, qualifier };
}

/** A grant to a service, in the form that AWS stores. */
export function composeGrant(target: PolicyTarget, sid: string, sourceArn?: string): PolicyStatement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: qualifyFunctionArn(target.functionArn, target.qualifier),
    ...(sourceArn === undefined ? {} : { Condition: { ArnLike: { 'aws:SourceArn': sourceArn } } }),
  };
}

/** A Deny as a guard would write it. */
export function composeDeny(target: PolicyTarget, sid = 'InvokeguardDeny'): PolicyStatement {
  return {
    Sid: sid,
    Effect: 'Deny',
    Principal: '*',
    Action: 'lambda:InvokeFunction',
    Resource: qualifyFunctionArn(target.functionArn, target.qualifier),
    Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/listed' } },
  };
}

export function composePolicy(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** A plan that takes some statements out of a policy and puts others in. */
export function composePlan(
  before: PresentPolicy | AbsentPolicy,
  added: readonly PolicyStatement[],
  removed: readonly PolicyStatement[] = [],
): ReplacePlan {
  const standing = before.kind === 'present' ? before.policy.Statement : [];
  const kept = standing.filter((statement) => !removed.includes(statement));
  return {
    kind: 'replace',
    policy: composePolicy(...kept, ...added),
    removed,
    added,
    admittedOffender: [],
    notes: [],
  };
}

/** A snapshot as containment would store it before a change. */
export function composeSnapshot(target: PolicyTarget, eventID: string, storedTime: string): Snapshot {
  return {
    purpose: 'containment',
    containmentId: `${storedTime}#${eventID}`,
    target,
    policy: composePolicy(composeGrant(target, 'Before')),
    revisionId: '11111111-2222-3333-4444-555555555555',
    plan: composePlan({ kind: 'absent', lever: 'resourcePolicy' }, [composeDeny(target)]),
    lever: 'resourcePolicy',
    storedTime,
    offender: { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/mallory' },
  };
}
