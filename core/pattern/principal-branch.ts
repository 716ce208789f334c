import type { JsonObject } from '../json.ts';
import { ABSENT, branch, groupBy, refuse, refuseValues, type TypedBranch } from './branch-part.ts';
import type { CallerAtom, FieldValue } from './caller-atom.ts';

type RoleAtom = Extract<CallerAtom, { kind: 'role' }>;

/** Sessions of roles that no atom describes. */
export function composeRoles(
  atoms: readonly RoleAtom[],
  accounts: readonly string[],
  partition: string,
): readonly TypedBranch[] {
  const plain = [
    ...accounts.map((account) => writeAccount(partition, account, 'role')),
    ...atoms.flatMap(({ role, invokedBy }) => (invokedBy === undefined ? [role] : [])),
  ];
  const narrowed = atoms.filter(
    ({ role, invokedBy }) => invokedBy !== undefined && !plain.some((wide) => coversValue(wide, role)),
  );
  // One role may be listed for several services, by several entries.
  const through = groupBy(narrowed, ({ role }) => role.text).map((own) => ({
    role: own[0]?.role.text ?? '',
    services: [...new Set(own.flatMap(({ invokedBy }) => invokedBy ?? []))].sort(),
  }));
  const listed = [...plain, ...through.map(({ role }) => ({ kind: 'exact', text: role }) as const)];
  return [
    ...composePrincipal('role', 'AssumedRole', listed),
    ...groupBy(through, ({ services }) => services.join(' ')).map((alike) =>
      branch('role', 'AssumedRole', {
        ...writeArn(
          'role',
          alike.map(({ role }) => role),
        ),
        invokedBy: [...refuse(alike[0]?.services ?? []), ABSENT],
      }),
    ),
  ];
}

function coversValue(wide: FieldValue, narrow: FieldValue): boolean {
  return wide.kind === 'prefix' ? narrow.text.startsWith(wide.text) : wide.text === narrow.text;
}

function writeAccount(partition: string, account: string, kind: 'role' | 'user'): FieldValue {
  return { kind: 'prefix', text: `arn:${partition}:iam::${account}:${kind}/` };
}

/** Users that no atom describes. */
export function composeUsers(
  atoms: readonly Extract<CallerAtom, { kind: 'user' }>[],
  accounts: readonly string[],
  partition: string,
): readonly TypedBranch[] {
  return composePrincipal('user', 'IAMUser', [
    ...accounts.map((account) => writeAccount(partition, account, 'user')),
    ...atoms.map(({ user }) => user),
  ]);
}

/** A session is named by the role that issued it, a user by its own ARN. */
function writeArn(kind: 'role' | 'user', arn: readonly unknown[]): JsonObject {
  return kind === 'role' ? { sessionContext: { sessionIssuer: { arn } } } : { arn };
}

/** Principals of one type whose ARN none of the listed values fits. */
function composePrincipal(
  kind: 'role' | 'user',
  type: string,
  listed: readonly FieldValue[],
): readonly TypedBranch[] {
  const others = refuseValues(listed);
  return others === undefined ? [] : [branch(kind, type, writeArn(kind, [others]))];
}

/** The accountId that CloudTrail writes for a caller without credentials. */
const NOBODY = ['aws', 'anonymous'];

/** Callers known by their account only, and anonymous ones, which have the same type. */
export function composeBareAccounts(accounts: readonly string[], anonymous: boolean): readonly TypedBranch[] {
  const known = [...accounts, ...(anonymous ? NOBODY : [])];
  if (known.length === 0) return [];
  const others = branch(anonymous ? 'anonymous' : 'account', 'AWSAccount', { accountId: refuse(known) });
  if (!anonymous) return [others];
  const principalId = [...refuse(['anonymous']), ABSENT];
  // The account `anonymous` says it by itself, whatever `principalId` is.
  return [others, branch('anonymous', 'AWSAccount', { accountId: ['aws'], principalId })];
}
