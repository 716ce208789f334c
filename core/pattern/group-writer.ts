import type { JsonObject } from '../json.ts';
import type { CallerBranch } from './branch-part.ts';
import type { CallerAtom } from './caller-atom.ts';
import { composeBranches, type RareTypes } from './caller-branch.ts';
import { measure } from './event-pattern.ts';
import type { FunctionGroup } from './function-group.ts';
import type { FunctionMatcher } from './function-matcher.ts';
import { measurePiece, measureRoom, packGroups } from './pattern-packing.ts';
import { composeRareTypesPattern, composeStandingPatterns } from './standing-patterns.ts';

/** What is the same for all groups of one compilation. */
export interface WriterTerms {
  readonly exclude: readonly string[];
  /** Characters of one pattern. */
  readonly characters: number;
  readonly partition: string;
  readonly toldTypes: readonly string[];
}

/** How callers are told: shorter forms match more. */
export interface GroupForm {
  readonly rareTypes: RareTypes;
  /** Where a group lists whole accounts or prefixes beside exact ARNs: tell both with a wildcard, or the exact ones only. */
  readonly mixedValues: 'wildcard' | 'exactOnly';
}

/** Groups as patterns, with those that are always there. */
export interface WrittenGroups {
  readonly patterns: readonly JsonObject[];
  /** Keys of atoms that are not told for some group, and why. */
  readonly dropped: ReadonlyMap<string, string>;
}

/** Writes groups into patterns. */
export type GroupWriter = (groups: readonly FunctionGroup[], form: GroupForm) => WrittenGroups;

/** The callers of a group that a pattern tells, and the alternatives that they come to. */
interface FittedCallers {
  readonly branches: readonly CallerBranch[];
  readonly dropped: ReadonlyMap<string, string>;
}

/** Makes a writer. It remembers what it wrote: most groups come again when another grouping is tried. */
export function createGroupWriter(terms: WriterTerms): GroupWriter {
  const known = new Map<string, FittedCallers>();
  const room = measureRoom(terms.characters);
  return (groups, form) => {
    const dropped = new Map<string, string>();
    const branched = groups.map((group) => {
      const longest = findLongest(group.matchers);
      const key = `${form.rareTypes} ${form.mixedValues} ${measure(longest)} ${group.callers.text}`;
      const fitted = known.get(key) ?? fitCallers(group, longest, room, form, terms);
      known.set(key, fitted);
      for (const [atomKey, why] of fitted.dropped) dropped.set(atomKey, why);
      return { ...group, branches: fitted.branches };
    });
    const { exclude, characters, toldTypes } = terms;
    const shared = form.rareTypes === 'shared' && groups.length > 0;
    const patterns = [
      ...composeStandingPatterns(exclude),
      ...(shared ? [composeRareTypesPattern(toldTypes, exclude)] : []),
      ...packGroups(branched, characters),
    ];
    return { patterns, dropped };
  };
}

/** A list of callers can not be spread over patterns: where it is too long for one, some callers are not told. */
function fitCallers(
  { callers }: FunctionGroup,
  longest: FunctionMatcher,
  room: number,
  { rareTypes, mixedValues }: GroupForm,
  { partition, toldTypes }: WriterTerms,
): FittedCallers {
  const mixed = mixedValues === 'exactOnly' ? findMixed(callers.atoms) : new Set<CallerAtom>();
  const dropped = new Map<string, string>();
  for (const { key } of mixed) dropped.set(key, 'rules with wildcards are few');
  let atoms = callers.atoms.filter((atom) => !mixed.has(atom));
  for (;;) {
    const branches = composeBranches(atoms, { partition, rareTypes, toldTypes });
    const tooLong = branches.find((branch) => measurePiece(longest, branch) > room);
    const last = tooLong && (atoms.findLast(({ kind }) => kind === tooLong.kind) ?? atoms.at(-1));
    if (last === undefined) return { branches, dropped };
    dropped.set(last.key, 'its function has more callers than one pattern holds');
    atoms = atoms.filter((atom) => atom !== last);
  }
}

/** Atoms that are told by a prefix beside others of their kind that are told exactly. */
function findMixed(atoms: readonly CallerAtom[]): ReadonlySet<CallerAtom> {
  const exact = new Set(
    atoms.flatMap((atom) => {
      if (atom.kind === 'role') return atom.role.kind === 'exact' ? ['role'] : [];
      if (atom.kind === 'user') return atom.user.kind === 'exact' ? ['user'] : [];
      return atom.kind === 'service' && atom.sourceArn?.kind === 'exact' ? [atom.service] : [];
    }),
  );
  const mixes = (atom: CallerAtom): boolean => {
    switch (atom.kind) {
      case 'role':
        return atom.role.kind === 'prefix' && exact.has('role');
      case 'user':
        return atom.user.kind === 'prefix' && exact.has('user');
      case 'account':
        return exact.has('role') || exact.has('user');
      case 'service':
        return atom.sourceArn?.kind === 'prefix' && exact.has(atom.service);
      case 'anonymous':
        return false;
    }
  };
  return new Set(atoms.filter(mixes));
}

function findLongest(matchers: readonly FunctionMatcher[]): FunctionMatcher {
  let longest: FunctionMatcher = { kind: 'anyBut', but: [] };
  let length = 0;
  for (const matcher of matchers) {
    const own = measure(matcher);
    if (own > length) {
      longest = matcher;
      length = own;
    }
  }
  return longest;
}
