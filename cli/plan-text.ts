import { composePolicyDiff } from '../core/alert/policy-diff.ts';
import { describePolicyOwner, type PolicyOwner } from '../core/alert/policy-owner.ts';
import type { ContainmentPlan } from '../core/plan/containment-plan.ts';
import type { PolicyDocument } from '../core/policy/document.ts';
import { printSafely } from '../core/text.ts';

/**
 * Composes the JSON form of a plan (contract: `{kind, policy, removed, added, reason?}`, `policy` an object). `owner` is
 * there where it was looked up.
 */
export function composePlanJson(
  plan: ContainmentPlan,
  before: PolicyDocument | null,
  owner?: PolicyOwner,
): Record<string, unknown> {
  if (plan.kind === 'replace') {
    const { kind, policy, removed, added, notes } = plan;
    return { kind, policy, removed, added, notes, ...(owner === undefined ? {} : { owner }) };
  }
  const policy = before ?? { Version: '2012-10-17', Statement: [] };
  return { kind: plan.kind, policy, removed: [], added: [], notes: plan.notes, reason: plan.reason };
}

/** Writes a plan for people: the diff, what it does not stop, and who may overwrite it, where that was looked up. */
export function describePlan(name: string, plan: ContainmentPlan, owner?: PolicyOwner): string {
  const head =
    plan.kind === 'replace'
      ? ['Policy (- removed, + added):', ...composePolicyDiff(plan.removed, plan.added).map(indent)]
      : [`${plan.kind === 'refused' ? 'Refused' : 'Nothing to do'}: ${printSafely(plan.reason)}`];
  const notes =
    plan.notes.length === 0
      ? []
      : ['What this does not stop:', ...plan.notes.map((note) => indent(`* ${note}`))];
  const overwriting =
    owner === undefined
      ? []
      : [
          'What may overwrite this (--format cloudformation prints the lasting form):',
          ...describePolicyOwner(owner).map((sentence) => indent(`* ${sentence}`)),
        ];
  return `${[name, ...head, ...notes, ...overwriting].join('\n')}\n`;
}

function indent(line: string): string {
  return `  ${printSafely(line)}`;
}
