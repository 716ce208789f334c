import { hasWildcard } from '../arn.ts';
import { containsPattern, overlapsPattern } from './arn-pattern.ts';
import { IAM_CALLERS, PRINCIPAL_KEY } from './iam-callers.ts';
import type { ListedCallers, NarrowedPrincipal } from './listed-callers.ts';
import { DIRECT_CALLS, joinConditions, refuseOtherSites } from './site-demand.ts';
import type { GuardCondition } from './source-guards.ts';

/** A guard for principals that are listed for some calls only; `arn` is one pattern of `aws:PrincipalArn`. */
export interface NarrowingGuard {
  readonly arn: string;
  readonly condition: GuardCondition;
}

/** The guards for narrowed principals, and whether they are the exact complement of what is listed. */
export interface NarrowingGuards {
  readonly guards: readonly NarrowingGuard[];
  readonly reach: 'whole' | 'partly';
}

// Every pattern that overlaps another one doubles the cases: this many are told apart, and of more only the extremes.
const MOST_OVERLAPS = 3;

/**
 * Builds the Denies for calls by narrowed principals that meet none of their entries. A principal that several
 * patterns name may call as any of them lets it, so each pattern is guarded case by case: without the principals that
 * a literal ARN names (these have guards of their own), and for every choice of other patterns that name it too.
 */
export function buildNarrowingGuards({ freeArns, narrowed }: ListedCallers): NarrowingGuards {
  const guards: NarrowingGuard[] = [];
  let reach: NarrowingGuards['reach'] = 'whole';
  for (const own of narrowed) {
    const others = narrowed.filter((other) => other !== own && overlapsPattern(other.arn, own.arn));
    const always = others.filter((other) => containsPattern(other.arn, own.arn));
    const sometimes = others.filter((other) => !always.includes(other));
    const literals = sometimes.filter(({ arn }) => !hasWildcard(arn));
    const patterns = sometimes.filter(({ arn }) => hasWildcard(arn));
    if (patterns.length > MOST_OVERLAPS) reach = 'partly';
    const free = freeArns.filter((arn) => overlapsPattern(arn, own.arn));
    const seen: { readonly key: string; readonly without: readonly NarrowedPrincipal[] }[] = [];
    for (const without of listChoices(patterns)) {
      const naming = [own, ...always, ...patterns.filter((other) => !without.includes(other))];
      const spared = [...free, ...literals.map(({ arn }) => arn), ...without.map(({ arn }) => arn)].sort();
      const principals = spared.length === 0 ? {} : { ArnNotLike: { [PRINCIPAL_KEY]: spared } };
      for (const site of refuseOtherSites(naming.flatMap(({ demands }) => demands))) {
        const key = JSON.stringify(site);
        // With fewer principals spared the same was refused already.
        if (seen.some((one) => one.key === key && one.without.every((other) => without.includes(other)))) {
          continue;
        }
        seen.push({ key, without });
        guards.push({ arn: own.arn, condition: joinConditions(IAM_CALLERS, DIRECT_CALLS, principals, site) });
      }
    }
  }
  return { guards, reach };
}

/** Every choice of some, none or all; of too many only none and all. The smaller choices first. */
function listChoices<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length > MOST_OVERLAPS) return [[], items];
  return items
    .reduce<readonly (readonly Item[])[]>(
      (choices, item) => [...choices, ...choices.map((choice) => [...choice, item])],
      [[]],
    )
    .toSorted((left, right) => left.length - right.length);
}

/** Principals with the same condition share a statement. */
export function mergePrincipals(guards: readonly NarrowingGuard[]): readonly GuardCondition[] {
  const groups = new Map<string, { readonly arns: Set<string>; readonly condition: GuardCondition }>();
  for (const { arn, condition } of guards) {
    const key = JSON.stringify(condition);
    const group = groups.get(key) ?? { arns: new Set(), condition };
    group.arns.add(arn);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ arns, condition }) =>
    joinConditions(condition, { ArnLike: { [PRINCIPAL_KEY]: [...arns].sort() } }),
  );
}

/** Says where the guards for narrowed principals are less than the exact complement. */
export function noteInexactNarrowings(listed: ListedCallers): readonly string[] {
  return buildNarrowingGuards(listed).reach === 'whole'
    ? []
    : [
        "narrowings not wholly enforced: too many narrowed entries with wildcards name the same callers, so a call that meets none of a caller's entries may pass where it meets one of a similar caller",
      ];
}
