import type { GuardCondition } from './source-guards.ts';

/** The condition key that names a role, a user, a root or a federated user. */
export const PRINCIPAL_KEY = 'aws:PrincipalArn';

/** The condition key that names a service; there only when a service calls as itself. */
export const SERVICE_KEY = 'aws:PrincipalServiceName';

/** IAM principals only: a key that is missing must never let such a statement hit a service. */
export const IAM_CALLERS: GuardCondition = {
  BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  Null: { [PRINCIPAL_KEY]: 'false', [SERVICE_KEY]: 'true' },
};
