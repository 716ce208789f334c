import type { JsonObject } from '../json.ts';
import type { CallerAtom, FieldValue } from './caller-atom.ts';
import { composeBranches, type RareTypes } from './caller-branch.ts';
import { holdsWildcard } from './event-pattern.ts';
import type { FunctionGroup } from './function-group.ts';
import {
  type BranchedGroup,
  composePattern,
  type MeasuredBranch,
  measureBranch,
  measureMatcher,
  measurePiece,
  measureRoom,
  packGroups,
  readForm,
} from './pattern-packing.ts';
import { composeRareTypesPattern, composeStandingPatterns } from './standing-patterns.ts';

/** What is the same for all groups of one compilation. */
export interface WriterTerms {
  readonly exclude: readonly string[];
  /** Characters of one pattern. */
  readonly characters: number;
  /** Rules that may hold a wildcard. */
  readonly wildcardRules: number;
  readonly partition: string;
  readonly toldTypes: readonly string[];
}

/** How callers are told: shorter forms match more. */
export interface GroupForm {
  readonly rareTypes: RareTypes;
  /**
   * Whether wildcards tell what takes them (patterns with a wildcard of their own, whole accounts beside exact ARNs):
   * for every group, for the first groups as far as there are rules for it, or for none.
   */
  readonly wildcards: 'all' | 'some' | 'none';
}

/** Groups as patterns, with those that are always there. */
export interface WrittenGroups {
  readonly rules: number;
  /** Rules among them whose pattern holds a wildcard. */
  readonly wildcardRules: number;
  /** Writes the patterns out, once it is known that they are wanted. */
  readonly compose: () => readonly JsonObject[];
  /** Keys of atoms that are not told for some group, and why. */
  readonly dropped: ReadonlyMap<string, string>;
}

/** Writes groups into patterns. */
export type GroupWriter = (groups: readonly FunctionGroup[], form: GroupForm) => WrittenGroups;

/** The callers of a group that a pattern tells, and the alternatives that they come to. */
interface FittedCallers {
  readonly branches: readonly MeasuredBranch[];
  readonly dropped: ReadonlyMap<string, string>;
}

/** Makes a writer. It remembers what it wrote: most groups come again when another grouping is tried. */
export function createGroupWriter(terms: WriterTerms): GroupWriter {
  const known = new Map<string, FittedCallers>();
  const room = measureRoom(terms.characters);
  const fit = (group: FunctionGroup, rareTypes: RareTypes, wildcards: 'used' | 'unused'): FittedCallers => {
    const longest = group.matchers.reduce((length, one) => Math.max(length, measureMatcher(one)), 0);
    const key = `${rareTypes} ${wildcards} ${longest} ${group.callers.text}`;
    const fitted = known.get(key) ?? fitCallers(group, longest, room, { rareTypes, wildcards }, terms);
    known.set(key, fitted);
    return fitted;
  };
  return (groups, { rareTypes, wildcards }) => {
    const dropped = new Map<string, string>();
    // One of the patterns that are always there has wildcards; rules are hardly ever filled to the end.
    let left =
      wildcards === 'some' ? (terms.wildcardRules - 1) * room * 0.8 : wildcards === 'all' ? Infinity : 0;
    const branched = groups.map((group) => {
      const wild = left > 0 ? { ...group, branches: fit(group, rareTypes, 'used').branches } : undefined;
      const length = wild === undefined || readForm(wild) === 'plain' ? 0 : measureGroup(wild);
      const wildcardUse = wild === undefined || length > left ? 'unused' : 'used';
      left -= wildcardUse === 'used' ? length : 0;
      const fitted = fit(group, rareTypes, wildcardUse);
      for (const [atomKey, why] of fitted.dropped) dropped.set(atomKey, why);
      return { ...group, branches: fitted.branches };
    });
    const packed = packGroups(branched, terms.characters);
    const shared = rareTypes === 'shared' && groups.length > 0;
    const standing = [
      ...composeStandingPatterns(terms.exclude),
      ...(shared ? [composeRareTypesPattern(terms.toldTypes, terms.exclude)] : []),
    ];
    const wild = packed.filter(({ form }) => form === 'wildcard').length;
    return {
      rules: standing.length + packed.length,
      wildcardRules: standing.filter(holdsWildcard).length + wild,
      compose: () => [...standing, ...packed.map(composePattern)],
      dropped,
    };
  };
}

function measureGroup({ matchers, branches }: BranchedGroup): number {
  return measurePiece(
    matchers.reduce((sum, matcher) => sum + measureMatcher(matcher), 0),
    branches,
  );
}

/** A list of callers can not be spread over patterns: where it is too long for one, some callers are not told. */
function fitCallers(
  { callers }: FunctionGroup,
  longest: number,
  room: number,
  { rareTypes, wildcards }: { readonly rareTypes: RareTypes; readonly wildcards: 'used' | 'unused' },
  { partition, toldTypes }: WriterTerms,
): FittedCallers {
  const mixed = wildcards === 'unused' ? findWild(callers.atoms) : new Set<CallerAtom>();
  const dropped = new Map<string, string>();
  for (const { key } of mixed) dropped.set(key, 'rules with wildcards are few');
  let atoms = callers.atoms.filter((atom) => !mixed.has(atom));
  for (;;) {
    const branches = composeBranches(atoms, { partition, rareTypes, toldTypes }).map(measureBranch);
    const tooLong = branches.find((branch) => measurePiece(longest, [branch]) > room);
    const last = tooLong && (atoms.findLast(({ kind }) => kind === tooLong.kind) ?? atoms.at(-1));
    if (last === undefined) return { branches, dropped };
    dropped.set(last.key, 'its function has more callers than one pattern holds');
    atoms = atoms.filter((atom) => atom !== last);
  }
}

/** Atoms that take a wildcard: by themselves, or as a prefix beside others of their kind that are told exactly. */
function findWild(atoms: readonly CallerAtom[]): ReadonlySet<CallerAtom> {
  const exact = new Set(
    atoms.flatMap((atom) => (readValue(atom)?.kind === 'exact' ? [nameField(atom)] : [])),
  );
  return new Set(
    atoms.filter((atom) => {
      if (atom.kind === 'account') return exact.has('role') || exact.has('user');
      const kind = readValue(atom)?.kind;
      return kind === 'wildcard' || (kind === 'prefix' && exact.has(nameField(atom)));
    }),
  );
}

function readValue(atom: CallerAtom): FieldValue | undefined {
  switch (atom.kind) {
    case 'role':
      return atom.role;
    case 'user':
      return atom.user;
    case 'service':
      return atom.sourceArn;
    case 'account':
    case 'anonymous':
      return undefined;
  }
}

/** Atoms of one field are told by one test. */
function nameField(atom: CallerAtom): string {
  return atom.kind === 'service' ? atom.service : atom.kind;
}
