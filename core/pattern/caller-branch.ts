import { branch, type CallerBranch, refuse, type TypedBranch } from './branch-part.ts';
import type { CallerAtom } from './caller-atom.ts';
import { composeBareAccounts, composeRoles, composeUsers } from './principal-branch.ts';
import { composeServices } from './service-branch.ts';

/** Whether a group of functions says for itself what happens to rare types of caller, or one pattern says it for all. */
export type RareTypes = 'own' | 'shared';

/** What all groups of one compilation have in common. */
export interface BranchTerms {
  readonly partition: string;
  readonly rareTypes: RareTypes;
  /** The types of `userIdentity` that the pattern for rare types leaves to the groups; see `listToldTypes`. */
  readonly toldTypes: readonly string[];
}

/**
 * The complement of the atoms, as alternatives for `$or`: every record whose caller none of the atoms describes fits
 * one of them, and no record that an atom describes fits any. A record whose `userIdentity` lacks what its type calls
 * for may fit none; the pattern for malformed identities is for those.
 *
 * The types of `userIdentity` are told apart, because a role that is used through a listed service carries that
 * service in `invokedBy` too.
 */
export function composeBranches(atoms: readonly CallerAtom[], terms: BranchTerms): readonly CallerBranch[] {
  const { partition } = terms;
  const accounts = pick(atoms, 'account').map(({ account }) => account);
  const branches: readonly TypedBranch[] = [
    ...composeServices(pick(atoms, 'service')),
    ...composeRoles(pick(atoms, 'role'), accounts, partition),
    ...composeUsers(pick(atoms, 'user'), accounts, partition),
    ...composeBareAccounts(accounts, pick(atoms, 'anonymous').length > 0),
    ...(accounts.length === 0 ? [] : [branch('account', 'Root', { accountId: refuse(accounts) })]),
  ];
  const narrowed = [...new Set(branches.map(({ type }) => type))];
  const whole = terms.toldTypes.filter((type) => !narrowed.includes(type));
  if (terms.rareTypes === 'shared') {
    return whole.length === 0 ? branches : [...branches, rest(whole)];
  }
  return [...branches, narrowed.length === 0 ? { kind: 'rest', detail: {} } : rest(refuse(narrowed))];
}

/** The types of `userIdentity` that have to be told apart when some function has atoms of these kinds. */
export function listToldTypes(kinds: ReadonlySet<CallerAtom['kind']>): readonly string[] {
  return [
    'AWSService',
    'AssumedRole',
    'IAMUser',
    ...(kinds.has('account') || kinds.has('anonymous') ? ['AWSAccount'] : []),
    ...(kinds.has('account') ? ['Root'] : []),
  ];
}

function pick<Kind extends CallerAtom['kind']>(
  atoms: readonly CallerAtom[],
  kind: Kind,
): readonly Extract<CallerAtom, { kind: Kind }>[] {
  return atoms.filter((atom): atom is Extract<CallerAtom, { kind: Kind }> => atom.kind === kind);
}

function rest(type: readonly unknown[]): CallerBranch {
  return { kind: 'rest', detail: { userIdentity: { type } } };
}
