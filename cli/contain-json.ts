import type { HardenedPolicy, HardeningPlan } from '../containment/hardening.ts';
import type { SeenCallers } from './contain-callers.ts';
import type { LeftOut, OwnedFunction } from './contain-text.ts';
import { composePlanJson } from './plan-text.ts';

/** How far `contain` went: nothing to write, a dry run, declined, or written (each policy has its own outcome). */
export type ContainEnd = 'nothing' | 'planned' | 'declined' | 'written';

/** Everything that one run of `contain` found and did. */
export interface ContainReport {
  readonly end: ContainEnd;
  readonly plans: readonly HardeningPlan[];
  readonly hardened: readonly HardenedPolicy[];
  readonly leftOut: readonly LeftOut[];
  readonly owners: readonly OwnedFunction[];
  /** Null where no logs were given. */
  readonly seen: SeenCallers | null;
}

/** Composes the JSON form of `contain` (docs/commands.md). */
export function composeContainJson(report: ContainReport): Record<string, unknown> {
  const { end, plans, hardened, leftOut, owners, seen } = report;
  return {
    kind: end,
    policies: plans.map((planned) => ({
      functionArn: planned.target.functionArn,
      qualifier: planned.target.qualifier,
      plan: composePlan(planned),
      outcome: hardened.find(({ target }) => target === planned.target)?.outcome ?? null,
    })),
    leftOut,
    owners,
    callers: seen === null ? null : seen.callers,
    unread: seen === null ? null : seen.unread,
  };
}

function composePlan(planned: HardeningPlan): Record<string, unknown> {
  switch (planned.kind) {
    case 'planned':
      return composePlanJson(planned.plan, planned.input.policy);
    case 'unreadable':
      return { kind: 'refused', reason: planned.reason };
    case 'missing':
      return { kind: 'missing' };
  }
}
