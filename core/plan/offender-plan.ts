import { isLive } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { ContainmentPlan, PlanInput } from './containment-plan.ts';
import { readGuardSid } from './guard-sid.ts';
import { buildGuardStatement } from './guard-statement.ts';
import { describeOffender, readOffender } from './offender-condition.ts';
import { findLister } from './offender-reach.ts';
import { weighChange } from './replacement.ts';

/**
 * Plans a Deny for one caller only, for owners who do not yet trust their list. Denies of ours for earlier callers
 * stay unless somebody listed them since; guards for the whole list go. No Allow is removed.
 */
export function planOffenderDeny(input: PlanInput, offender: Caller): ContainmentPlan {
  const { policy, entries, now, resourceArn, guardId } = input;
  const live = entries.filter((entry) => isLive(entry, now));
  const lister = findLister(live, offender);
  if (lister !== undefined) return refuse(`the entry at ${lister.pointer} lists this caller, or may list it`);
  const described = describeOffender(offender);
  if (described.kind === 'impossible') return refuse(described.reason);

  const kept: PolicyStatement[] = [];
  const removed: PolicyStatement[] = [];
  const taken = new Set<string>();
  const ours = new Map<string, PolicyStatement>();
  for (const statement of policy?.Statement ?? []) {
    const sid = readGuardSid(statement, guardId);
    const isGuard = sid.kind !== 'foreign' && sid.effect === 'Deny' && statement['Effect'] === 'Deny';
    const earlier = isGuard && sid.kind === 'ours' ? readOffender(statement) : undefined;
    const stays = !isGuard || (earlier !== undefined && findLister(live, earlier) === undefined);
    (stays ? kept : removed).push(statement);
    if (stays && isGuard) ours.set(String(statement['Sid']), statement);
    else if (stays && typeof statement['Sid'] === 'string') taken.add(statement['Sid']);
  }
  const deny = buildGuardStatement(described.condition, resourceArn, guardId, taken);
  if (deny === undefined) return refuse('other statements hold every Sid that our guard could take');
  const added = ours.has(String(deny['Sid'])) ? [] : [deny];
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
