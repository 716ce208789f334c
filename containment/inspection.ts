import type { Guard } from '../core/guard.ts';
import { findOpenWays, type OpenWay } from '../core/plan/open-way.ts';
import { type HardeningPlan, type HardeningTarget, type PlanningPorts, planPolicies } from './hardening.ts';
import type { Containment, Ledger, PolicyTarget } from './ports.ts';

/** What a policy lets in today, held against the allowlist. */
export type PolicyState =
  /** Nothing is left to do: it refuses everybody who is not listed, as far as a policy can. */
  | { readonly kind: 'guarded'; readonly notes: readonly string[] }
  /** Somebody who is not listed may get in; containment would change this many statements. */
  | OpenState
  /** No policy is attached: callers of the same account get in by their own IAM permissions. */
  | (Omit<OpenState, 'kind' | 'ways'> & { readonly kind: 'noPolicy' })
  /** Containment would refuse to touch it. */
  | { readonly kind: 'refused'; readonly reason: string; readonly notes: readonly string[] }
  | { readonly kind: 'missing' };

/** A policy that containment would change. */
export interface OpenState {
  readonly kind: 'open';
  /** How many statements would go. */
  readonly removed: number;
  /** How many guard statements would come. */
  readonly added: number;
  readonly ways: readonly OpenWay[];
  readonly notes: readonly string[];
}

/** One policy, and what the guard has done to it. */
export interface InspectedPolicy {
  readonly target: PolicyTarget;
  readonly state: PolicyState;
  /** Newest first; empty where no guard is deployed. */
  readonly containments: readonly Containment[];
}

/** The ledger of the deployed guard, or none. */
export type InspectionLedger = Pick<Ledger, 'listContainments'> | null;

/** Looks at policies one after the other: what each lets in today, and its containments. Changes nothing. */
export async function* inspectPolicies(
  targets: readonly HardeningTarget[],
  guard: Guard,
  ports: Pick<PlanningPorts, 'policies' | 'clock'>,
  ledger: InspectionLedger,
): AsyncGenerator<InspectedPolicy> {
  for await (const planned of planPolicies(targets, guard, ports)) {
    const { target } = planned;
    const containments = ledger === null ? [] : await ledger.listContainments(target);
    yield { target, state: describeState(planned), containments };
  }
}

function describeState(planned: HardeningPlan): PolicyState {
  if (planned.kind === 'missing') return { kind: 'missing' };
  if (planned.kind === 'unreadable') return { kind: 'refused', reason: planned.reason, notes: [] };
  const { plan, input } = planned;
  const { notes } = plan;
  if (plan.kind === 'refused') return { kind: 'refused', reason: plan.reason, notes };
  const [removed, added] = plan.kind === 'replace' ? [plan.removed.length, plan.added.length] : [0, 0];
  if (input.policy === null) return { kind: 'noPolicy', removed, added, notes };
  if (plan.kind === 'unchanged') return { kind: 'guarded', notes };
  return { kind: 'open', removed, added, ways: findOpenWays(input), notes };
}
