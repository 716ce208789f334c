import { type Arn, hasWildcard, parseArn } from '../core/arn.ts';
import { quote } from './problem.ts';
import { checkAccount, checkVariables, type ValueCheck } from './value-check.ts';

/** The ARN of an IAM role, path included; wildcards after `role/` only. */
export const checkRole: ValueCheck = (value) => checkPrincipal(value, 'role');

/** The ARN of an IAM user, path included; wildcards after `user/` only. */
export const checkUser: ValueCheck = (value) => checkPrincipal(value, 'user');

function checkPrincipal(value: string, kind: 'role' | 'user'): string | undefined {
  const variables = checkVariables(value);
  if (variables !== undefined) return variables;
  const expected = `expected a ${kind} ARN such as \`arn:aws:iam::111122223333:${kind}/${kind === 'role' ? 'ci-deploy' : 'ops'}\``;
  if (/^\d{12}$/.test(value))
    return `${quote(value)} is an account, ${expected}: for a whole account write \`account: "${value}"\``;
  const arn = parseArn(value);
  if (arn === undefined || /\s/.test(value)) return `${quote(value)} is not an ARN, ${expected}`;
  if (arn.service === 'sts') return explainSession(value, arn, expected);
  if (arn.service !== 'iam') return `${quote(value)} is not an ARN of IAM, ${expected}`;
  if (!/^aws(-[a-z]+)*$/.test(arn.partition)) {
    return `${quote(value)} has the partition ${quote(arn.partition)}, expected \`aws\`, \`aws-cn\` or \`aws-us-gov\``;
  }
  if (arn.region !== '') {
    return `${quote(value)} names a Region, ${expected}: IAM ARNs have none, so two colons follow \`iam\``;
  }
  if (hasWildcard(arn.account)) {
    return `${quote(value)} has a wildcard in the account, ${expected}: anybody could create such a ${kind} in an account of their own; name the account`;
  }
  const account = checkAccount(arn.account);
  if (account !== undefined) return `the account of ${quote(value)} is wrong: ${account}`;
  return checkPrincipalName(value, arn, kind, expected);
}

function checkPrincipalName(
  value: string,
  arn: Arn,
  kind: 'role' | 'user',
  expected: string,
): string | undefined {
  const { resource, account } = arn;
  if (resource === 'root')
    return `${quote(value)} is an account's root, ${expected}: for a whole account write \`account: "${account}"\``;
  const other = kind === 'role' ? 'user' : 'role';
  if (resource.startsWith(`${other}/`))
    return `${quote(value)} is a ${other}, ${expected}: write \`${other}: ${value}\``;
  if (!resource.startsWith(`${kind}/`)) return `${quote(value)} is not a ${kind}, ${expected}`;
  const name = resource.slice(kind.length + 1);
  if (name === '' || name.endsWith('/')) return `${quote(value)} lacks the ${kind}'s name, ${expected}`;
  if (/^[\w+=,.@\-/*?]+$/.test(name)) return undefined;
  return `${quote(value)} has characters that a ${kind}'s name can not have, ${expected}`;
}

/** A session comes and goes; what is listed is the role behind it. */
function explainSession(value: string, arn: Arn, expected: string): string {
  const [kind, name = ''] = arn.resource.split('/');
  if (kind === 'federated-user') {
    return `${quote(value)} is a federated user, ${expected}: \`federatedUser\` is reserved for a later version; list the account instead`;
  }
  if (kind !== 'assumed-role' || name === '') return `${quote(value)} is not an ARN of IAM, ${expected}`;
  const role = `arn:${arn.partition}:iam::${arn.account}:role/${name}`;
  return `${quote(value)} is the ARN of a session, ${expected}: write ${quote(role)}, with the role's path in front of its name if it has one`;
}
