import type { Outcome } from '../core/alert/outcome.ts';
import type { InvokerEntry } from '../core/allowlist/allowlist.ts';
import type { Guard } from '../core/guard.ts';
import type { ContainmentPlan, PlanInput } from '../core/plan/containment-plan.ts';
import { parseFunctionName } from '../core/record/function-reference.ts';
import { tryTo } from './attempt.ts';
import { type ContainmentPorts, composePlanInput, containTarget, planStanding } from './containment.ts';
import { PermanentError, RetryableError } from './errors.ts';
import { buildPacer } from './pacing.ts';
import type { Clock, PolicyReading, PolicyStore, PolicyTarget, QualifierDirectory } from './ports.ts';

/** One policy to look at or to harden, and everyone who may call. */
export interface HardeningTarget {
  readonly target: PolicyTarget;
  readonly entries: readonly InvokerEntry[];
}

/** What planning needs: no ledger, since nothing is written. */
export interface PlanningPorts {
  readonly policies: PolicyStore;
  readonly qualifiers: QualifierDirectory;
  readonly clock: Clock;
}

/** What hardening would do to one policy. */
export type HardeningPlan =
  | {
      readonly kind: 'planned';
      readonly target: PolicyTarget;
      readonly input: PlanInput;
      readonly plan: ContainmentPlan;
    }
  /** There is a policy that cannot be read or understood; it is left as it is. */
  | { readonly kind: 'unreadable'; readonly target: PolicyTarget; readonly reason: string }
  /** No such function, version or alias (any more). */
  | { readonly kind: 'missing'; readonly target: PolicyTarget };

/** Names every policy that a function may have: its own, then those of `$LATEST`, its aliases and its versions. */
export async function listTargets(
  functionArn: string,
  qualifiers: QualifierDirectory,
): Promise<readonly PolicyTarget[]> {
  const found = await qualifiers.listQualifiers(functionArn);
  return [null, ...found].map((qualifier) => ({ functionArn, qualifier }));
}

/**
 * Plans policies one after the other, at a pace that leaves the control plane to others: each as it stands, for the
 * whole allowlist, whoever called. Changes nothing.
 */
export async function* planPolicies(
  targets: readonly HardeningTarget[],
  guard: Guard,
  ports: Pick<PlanningPorts, 'policies' | 'clock'>,
): AsyncGenerator<HardeningPlan> {
  const pacer = buildPacer(ports.clock);
  for (const { target, entries } of targets) {
    const reading = await pacer.run(() => readPolicy(target, ports.policies));
    if (reading.kind === 'missing') {
      yield { kind: 'missing', target };
    } else if (reading.kind === 'unreadable') {
      yield { kind: 'unreadable', target, reason: reading.reason };
    } else {
      const request = { target, entries, scope: { kind: 'allowlist' }, offender: null } as const;
      const input = composePlanInput(request, guard, reading, ports.clock.nowMs());
      yield { kind: 'planned', target, input, plan: planStanding(input) };
    }
  }
}

/** One policy that may not be read must not hide the others. */
async function readPolicy(target: PolicyTarget, policies: PolicyStore): Promise<PolicyReading> {
  try {
    return await policies.readPolicy(target);
  } catch (error) {
    if (error instanceof PermanentError) return { kind: 'unreadable', reason: error.message };
    throw error;
  }
}

/** How one policy ended. */
export interface HardenedPolicy {
  readonly target: PolicyTarget;
  readonly outcome: Outcome;
}

/**
 * Writes guard statements into the planned policies, one after the other and paced. Each is read and planned again
 * just before it is written, so an outcome may hold more than the plan that was shown where somebody changed the
 * policy in between. One that cannot be written does not keep the others open.
 * @param runID names this run in the ledger; must be new for each run
 */
export async function* hardenPolicies(
  targets: readonly HardeningTarget[],
  runID: string,
  guard: Guard,
  ports: ContainmentPorts,
): AsyncGenerator<HardenedPolicy> {
  const pacer = buildPacer(ports.clock);
  for (const { target, entries } of targets) {
    const request = {
      eventID: composeEventID(runID, target),
      target,
      entries,
      scope: { kind: 'allowlist' },
      offender: null,
      from: 'standing',
    } as const;
    yield { target, outcome: await settle(() => pacer.run(() => containTarget(request, guard, ports))) };
  }
}

/** The function's name is in it: one run may harden many functions, and no two of them may share an event. */
function composeEventID(runID: string, { functionArn, qualifier }: PolicyTarget): string {
  return `${runID}#${parseFunctionName(functionArn)?.name ?? functionArn}#${qualifier ?? 'function'}`;
}

async function settle(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await tryTo(work);
  } catch (error) {
    if (error instanceof RetryableError) return { kind: 'delayed', reason: error.message };
    throw error;
  }
}
