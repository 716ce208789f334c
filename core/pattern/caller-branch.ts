import type { JsonObject } from '../json.ts';
import type { CallerAtom, FieldValue } from './caller-atom.ts';

/** Whether a group of functions says for itself what happens to rare types of caller, or one pattern says it for all. */
export type RareTypes = 'own' | 'shared';

/** One alternative of a pattern's `detail`, and which kind of atom makes it long. */
export interface CallerBranch {
  readonly kind: CallerAtom['kind'] | 'rest';
  readonly detail: JsonObject;
}

/** What all groups of one compilation have in common. */
export interface BranchTerms {
  readonly partition: string;
  readonly rareTypes: RareTypes;
  /** The types of `userIdentity` that the pattern for rare types leaves to the groups; see `listToldTypes`. */
  readonly toldTypes: readonly string[];
}

const ABSENT = { exists: false };

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
    ...composePrincipal('user', 'IAMUser', listUsers(pick(atoms, 'user'), accounts, partition)),
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

interface TypedBranch extends CallerBranch {
  readonly type: string;
}

function branch(
  kind: CallerAtom['kind'],
  type: string,
  userIdentity: JsonObject,
  others: JsonObject = {},
): TypedBranch {
  return { kind, type, detail: { userIdentity: { type: [type], ...userIdentity }, ...others } };
}

function rest(type: readonly unknown[]): CallerBranch {
  return { kind: 'rest', detail: { userIdentity: { type } } };
}

function refuse(texts: readonly string[]): readonly JsonObject[] {
  return [{ 'anything-but': texts }];
}

/** Collects values under keys, in the order of first appearance. */
function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const known = groups.get(key(item));
    if (known === undefined) groups.set(key(item), [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

type ServiceAtom = Extract<CallerAtom, { kind: 'service' }>;

function composeServices(atoms: readonly ServiceAtom[]): readonly TypedBranch[] {
  if (atoms.length === 0) return [];
  const byService = groupBy(atoms, ({ service }) => service);
  const sources = byService.flatMap((own) => {
    const others = composeSources(own);
    return others === undefined ? [] : [{ service: own[0]?.service ?? '', others }];
  });
  const listed = byService.map((own) => own[0]?.service ?? '');
  return [
    branch('service', 'AWSService', { invokedBy: refuse(listed) }),
    ...groupBy(sources, ({ others }) => JSON.stringify(others)).map((alike) =>
      branch(
        'service',
        'AWSService',
        { invokedBy: alike.map(({ service }) => service) },
        alike[0]?.others ?? {},
      ),
    ),
  ];
}

/** The sources of one service that none of its atoms lists; `undefined` where an atom lists the service whole. */
function composeSources(atoms: readonly ServiceAtom[]): JsonObject | undefined {
  if (atoms.some(({ sourceArn, sourceAccount }) => sourceArn === undefined && sourceAccount === undefined))
    return undefined;
  const free = atoms.flatMap(({ sourceArn, sourceAccount }) =>
    sourceArn === undefined || sourceAccount !== undefined ? [] : [sourceArn],
  );
  const bound = atoms.filter(({ sourceAccount }) => sourceAccount !== undefined);
  if (bound.length === 0) return composeParameters({}, free);
  const byAccount = groupBy(bound, ({ sourceAccount }) => sourceAccount ?? '');
  const accounts = byAccount.map((own) => own[0]?.sourceAccount ?? '');
  const arnsOf = (own: readonly ServiceAtom[]): readonly FieldValue[] =>
    own.flatMap(({ sourceArn }) => (sourceArn === undefined ? [] : [sourceArn]));
  const narrowed = byAccount.filter((own) => own.every(({ sourceArn }) => sourceArn !== undefined));
  const alike = groupBy(narrowed, (own) => JSON.stringify(arnsOf(own)));
  return composeEither([
    composeParameters({ sourceAccount: [...refuse(accounts), ABSENT] }, free),
    ...alike.map((group) =>
      composeParameters(
        // Where all accounts have the same ARNs, a source with another ARN is wrong in any account.
        alike.length === 1 && narrowed.length === byAccount.length
          ? {}
          : { sourceAccount: group.map((own) => own[0]?.sourceAccount ?? '') },
        [...arnsOf(group[0] ?? []), ...free],
      ),
    ),
  ]);
}

function composeEither(alternatives: readonly JsonObject[]): JsonObject {
  const [first, ...others] = alternatives;
  return first !== undefined && others.length === 0 ? first : { $or: alternatives };
}

function composeParameters(account: JsonObject, arns: readonly FieldValue[]): JsonObject {
  const [first, second] = refuseValues(arns);
  if (first === undefined) return { requestParameters: account };
  const requestParameters = { ...account, sourceArn: [first, ABSENT] };
  if (second === undefined) return { requestParameters };
  const either = [second, ABSENT].map((test) => ({ requestParameters: { sourceArn: [test] } }));
  return { requestParameters, $or: either };
}

/** `anything-but` takes texts or prefixes, not both: mixed values need two tests, which both have to hold. */
function refuseValues(values: readonly FieldValue[]): readonly JsonObject[] {
  const prefixes = [...new Set(values.flatMap(({ kind, text }) => (kind === 'prefix' ? [text] : [])))];
  const stems = prefixes.filter(
    (text) => !prefixes.some((other) => other !== text && text.startsWith(other)),
  );
  const texts = values.flatMap(({ kind, text }) =>
    kind === 'exact' && !stems.some((stem) => text.startsWith(stem)) ? [text] : [],
  );
  return [
    ...(texts.length === 0 ? [] : [{ 'anything-but': [...new Set(texts)] }]),
    ...(stems.length === 0 ? [] : [{ 'anything-but': { prefix: stems } }]),
  ];
}

type RoleAtom = Extract<CallerAtom, { kind: 'role' }>;

function composeRoles(
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

function listUsers(
  atoms: readonly Extract<CallerAtom, { kind: 'user' }>[],
  accounts: readonly string[],
  partition: string,
): readonly FieldValue[] {
  return [
    ...accounts.map((account) => writeAccount(partition, account, 'user')),
    ...atoms.map(({ user }) => user),
  ];
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
  const [first, second] = refuseValues(listed);
  if (first === undefined) return [];
  if (second === undefined) return [branch(kind, type, writeArn(kind, [first]))];
  const either = [second, ABSENT].map((test) => ({ userIdentity: writeArn(kind, [test]) }));
  return [branch(kind, type, writeArn(kind, [first]), { $or: either })];
}

/** The accountId that CloudTrail writes for a caller without credentials. */
const NOBODY = ['aws', 'anonymous'];

/** Callers known by their account only, and anonymous ones, which have the same type. */
function composeBareAccounts(accounts: readonly string[], anonymous: boolean): readonly TypedBranch[] {
  const known = [...accounts, ...(anonymous ? NOBODY : [])];
  if (known.length === 0) return [];
  const others = branch(anonymous ? 'anonymous' : 'account', 'AWSAccount', { accountId: refuse(known) });
  if (!anonymous) return [others];
  const principalId = [...refuse(['anonymous']), ABSENT];
  return [others, branch('anonymous', 'AWSAccount', { accountId: NOBODY, principalId })];
}
