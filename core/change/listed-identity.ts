import type { Allowlist, InvokerEntry } from '../allowlist/allowlist.ts';
import { hasWildcard } from '../arn.ts';
import type { IdentityAction } from './change.ts';

/** An entry of the allowlist that names roles or users. */
export interface ListedIdentity {
  readonly entry: InvokerEntry;
  /** The ARN that it names, wildcards included. */
  readonly pattern: string;
}

type Identity = IdentityAction['identity'];

/** The entries that name roles, or users: of every function, and the break-glass ones. */
export function listIdentities(
  { functions, breakGlass }: Allowlist,
  identity: Identity,
): readonly ListedIdentity[] {
  return [...functions.flatMap(({ invokers }) => invokers), ...breakGlass].flatMap(
    (entry): readonly ListedIdentity[] => {
      if (entry.kind === 'role' && identity === 'role') return [{ entry, pattern: entry.role }];
      return entry.kind === 'user' && identity === 'user' ? [{ entry, pattern: entry.user }] : [];
    },
  );
}

/**
 * The entries that may name a role or user of that name, so that a long list costs no more than its wildcards and the
 * entries of that very name. All of them where the name is not known.
 */
export function listNamesakes(
  allowlist: Allowlist,
  identity: Identity,
  name: string | null,
): readonly ListedIdentity[] {
  if (name === null) return listIdentities(allowlist, identity);
  const index = INDEXES.get(allowlist) ?? indexIdentities(allowlist);
  INDEXES.set(allowlist, index);
  const { byName, wide } = index[identity];
  return [...(byName.get(name.toLowerCase()) ?? []), ...wide];
}

interface NameIndex {
  /** Entries without wildcard, by their names in lower case. */
  readonly byName: ReadonlyMap<string, readonly ListedIdentity[]>;
  readonly wide: readonly ListedIdentity[];
}

/** Remembered as the index of functions is: it follows from the list alone. */
const INDEXES = new WeakMap<Allowlist, Readonly<Record<Identity, NameIndex>>>();

function indexIdentities(allowlist: Allowlist): Readonly<Record<Identity, NameIndex>> {
  return {
    role: indexNames(listIdentities(allowlist, 'role')),
    user: indexNames(listIdentities(allowlist, 'user')),
  };
}

function indexNames(listed: readonly ListedIdentity[]): NameIndex {
  const byName = new Map<string, ListedIdentity[]>();
  for (const one of listed) {
    if (hasWildcard(one.pattern)) continue;
    const name = cutName(one.pattern).toLowerCase();
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [one]);
    else known.push(one);
  }
  return { byName, wide: listed.filter(({ pattern }) => hasWildcard(pattern)) };
}

/** The name at the end of a role's or user's ARN, behind its path. */
export function cutName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
