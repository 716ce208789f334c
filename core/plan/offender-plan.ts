import { type InvokerEntry, isLive } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { ContainmentPlan, PlanInput } from './containment-plan.ts';
import { readGuardSid } from './guard-sid.ts';
import { buildGuardStatement } from './guard-statement.ts';
import { describeOffender, readOffender } from './offender-condition.ts';
import { listListers, nameCaller } from './offender-reach.ts';
import { weighChange } from './replacement.ts';
import { DIRECT_CALLS, joinConditions, refuseOtherSites } from './site-demand.ts';
import type { GuardCondition } from './source-guards.ts';

/**
 * Plans a Deny for one caller only, for owners who do not yet trust their list; calls that a narrowed entry lists are
 * spared. Denies of ours for earlier callers stay as far as nobody listed them since; guards for the whole list go. No
 * Allow is removed.
 */
export function planOffenderDeny(input: PlanInput, offender: Caller): ContainmentPlan {
  const { policy, entries, now, resourceArn, guardId } = input;
  const live = entries.filter((entry) => isLive(entry, now));
  const denied = describeDenies(offender, live);
  if (denied.kind === 'impossible') return refuse(denied.reason);

  const statements = (policy?.Statement ?? []).map((statement) => {
    const sid = readGuardSid(statement, guardId);
    const guard = sid.kind !== 'foreign' && sid.effect === 'Deny' && statement['Effect'] === 'Deny';
    const earlier = guard && sid.kind === 'ours' ? readOffender(statement) : undefined;
    return { statement, owner: guard ? 'ours' : 'others', earlier } as const;
  });
  const taken = new Set(
    statements.flatMap(({ statement: { Sid }, owner }) =>
      owner === 'others' && typeof Sid === 'string' ? [Sid] : [],
    ),
  );
  const earlier = statements.flatMap(({ earlier: caller }) => (caller === undefined ? [] : [caller]));
  const wanted = new Map<string, PolicyStatement>();
  for (const denial of [...earlier.map((caller) => describeDenies(caller, live)), denied]) {
    for (const condition of denial.kind === 'impossible' ? [] : denial.conditions) {
      const deny = buildGuardStatement(condition, resourceArn, guardId, taken);
      if (deny === undefined) return refuse('other statements hold every Sid that our guard could take');
      wanted.set(String(deny['Sid']), deny);
    }
  }
  const kept: PolicyStatement[] = [];
  const removed: PolicyStatement[] = [];
  for (const { statement, owner, earlier: caller } of statements) {
    const stays = owner === 'others' || (caller !== undefined && wanted.delete(String(statement['Sid'])));
    (stays ? kept : removed).push(statement);
  }
  const added = [...wanted.values()];
  return weighChange({
    before: policy,
    resourceArn,
    statements: [...kept, ...added],
    removed,
    added,
    offender: input.offender ?? offender,
    notes: [
      'only this caller is stopped: other callers that are not listed still get in',
      ...noteWidth(offender),
    ],
    unchangedReason: 'the policy already refuses this caller',
  });
}

type OffenderDenies =
  | { readonly kind: 'denies'; readonly conditions: readonly GuardCondition[] }
  | { readonly kind: 'impossible'; readonly reason: string };

/** The conditions of the Denies for one caller: for all of its calls, or for those that no narrowed entry lists. */
function describeDenies(offender: Caller, live: readonly InvokerEntry[]): OffenderDenies {
  const listers = listListers(live, offender);
  const whole = listers.find(
    (entry) => entry.narrowing === undefined || nameCaller(entry, offender) === 'unsure',
  );
  if (whole !== undefined) {
    return { kind: 'impossible', reason: `the entry at ${whole.pointer} lists this caller, or may list it` };
  }
  const described = describeOffender(offender);
  if (described.kind === 'impossible') return described;
  if (listers.length === 0) return { kind: 'denies', conditions: [described.condition] };
  const direct = offender.kind === 'anonymous' ? {} : DIRECT_CALLS;
  const sites = refuseOtherSites(listers.flatMap(({ narrowing }) => narrowing ?? []));
  return {
    kind: 'denies',
    conditions: sites.map((site) => joinConditions(described.condition, direct, site)),
  };
}

function refuse(reason: string): ContainmentPlan {
  return { kind: 'refused', reason, notes: [] };
}

function noteWidth(offender: Caller): readonly string[] {
  if (offender.kind === 'account') {
    return [
      `every caller of account ${offender.account} is refused, because the record names no role or user`,
    ];
  }
  if (
    offender.kind === 'service' &&
    offender.sourceArn === undefined &&
    offender.sourceAccount === undefined
  ) {
    return [`every call by ${offender.service} is refused, because the record names no source`];
  }
  return [];
}
