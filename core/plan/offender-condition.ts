import { hasWildcard } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { isJsonObject, readObject, readText } from '../json.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { GuardCondition } from './source-guards.ts';

/** The condition of a Deny for one caller, or why there can be none. */
export type OffenderCondition =
  | { readonly kind: 'condition'; readonly condition: GuardCondition }
  | { readonly kind: 'impossible'; readonly reason: string };

/**
 * Writes the condition that fits one caller and nobody else. `StringLike` and `ArnEquals` are used where the guards
 * use `StringEquals` and `ArnLike`: they mean the same here, and tell a Deny for one caller from a guard.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function describeOffender(offender: Caller): OffenderCondition {
  switch (offender.kind) {
    case 'role':
      return fitPrincipal(offender.roleArn);
    case 'user':
      return fitPrincipal(offender.userArn);
    case 'federated':
      return fitPrincipal(offender.arn);
    case 'root':
      return fit({
        StringLike: { 'aws:PrincipalAccount': offender.account },
        ArnEquals: { 'aws:PrincipalArn': `arn:*:iam::${offender.account}:root` },
      });
    case 'account':
      return fit({ StringLike: { 'aws:PrincipalAccount': offender.account } });
    case 'anonymous':
      return fit({ StringLike: { 'aws:PrincipalAccount': 'anonymous' } });
    case 'service': {
      const { service, sourceArn, sourceAccount } = offender;
      const source = {
        ...(sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn }),
        ...(sourceAccount === undefined ? {} : { 'aws:SourceAccount': sourceAccount }),
      };
      if ([service, ...Object.values(source)].some((text) => text.includes('${'))) return UNWRITABLE;
      return fit({
        StringLike: { 'aws:PrincipalServiceName': service },
        ...(Object.keys(source).length === 0 ? {} : { StringEquals: source }),
      });
    }
    case 'eventSourceMapping':
      return { kind: 'impossible', reason: 'no policy stops an event source mapping: disable the mapping' };
    case 'unknown':
      return { kind: 'impossible', reason: 'the record does not say who called' };
  }
}

const UNWRITABLE: OffenderCondition = {
  kind: 'impossible',
  reason: 'the caller has `${` in its name, which IAM would replace',
};

function fit(condition: GuardCondition): OffenderCondition {
  return { kind: 'condition', condition };
}

/** A path may hold `*` and `?`: only plain equality then means this one principal. */
function fitPrincipal(arn: string): OffenderCondition {
  if (arn.includes('${')) return UNWRITABLE;
  return fit({ [hasWildcard(arn) ? 'StringEquals' : 'ArnEquals']: { 'aws:PrincipalArn': arn } });
}

/**
 * Reads back whom a Deny of ours for one caller is for; `undefined` for a guard. `statement` is known to be ours, so
 * only the forms that we write have to be told apart: guards never test a principal or service by these operators.
 */
export function readOffender(statement: PolicyStatement): Caller | undefined {
  const condition = readObject(statement, 'Condition');
  if (condition === undefined) return undefined;
  const like = readObject(condition, 'StringLike');
  const service = readText(like, 'aws:PrincipalServiceName');
  if (service !== undefined) {
    const equals = readObject(condition, 'StringEquals');
    const sourceArn = readText(equals, 'aws:SourceArn');
    const sourceAccount = readText(equals, 'aws:SourceAccount');
    return {
      kind: 'service',
      service,
      ...(sourceArn === undefined ? {} : { sourceArn }),
      ...(sourceAccount === undefined ? {} : { sourceAccount }),
    };
  }
  const account = readText(like, 'aws:PrincipalAccount');
  if (account === 'anonymous') return { kind: 'anonymous' };
  if (account !== undefined) {
    return isJsonObject(condition['ArnEquals']) ? { kind: 'root', account } : { kind: 'account', account };
  }
  const arn =
    readText(readObject(condition, 'ArnEquals'), 'aws:PrincipalArn') ??
    readText(readObject(condition, 'StringEquals'), 'aws:PrincipalArn');
  return arn === undefined ? undefined : namePrincipal(arn);
}

function namePrincipal(arn: string): Caller {
  const [, , , , account = '', ...resource] = arn.split(':');
  const name = resource.join(':');
  if (name.startsWith('role/')) return { kind: 'role', roleArn: arn };
  if (name.startsWith('user/')) return { kind: 'user', userArn: arn };
  return { kind: 'federated', account, arn };
}
