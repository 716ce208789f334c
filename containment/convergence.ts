import type { Outcome } from '../core/alert/outcome.ts';
import { type Allowlist, type FunctionEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import type { Caller } from '../core/caller/caller.ts';
import type { Guard } from '../core/guard.ts';
import type { ContainmentScope } from '../core/plan/containment-plan.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { tryTo } from './attempt.ts';
import { type ContainmentPorts, containTarget } from './containment.ts';
import { buildPacer, type Pacer } from './pacing.ts';
import type { FunctionJob, PolicyTarget, QualifierDirectory } from './ports.ts';

/** What convergence acts on. */
export interface ConvergencePorts extends ContainmentPorts {
  readonly qualifiers: QualifierDirectory;
}

/** How one policy of the function ended. */
export interface ConvergedTarget {
  readonly target: PolicyTarget;
  readonly outcome: Outcome;
}

/** How far the policies of one function have come. */
export type Convergence =
  | {
      readonly kind: 'converged';
      readonly functionArn: string;
      readonly targets: readonly ConvergedTarget[];
      /** Not reached before the deadline; the next delivery of the same job goes on with them. */
      readonly pending: readonly PolicyTarget[];
    }
  /** There is nothing to do for this function, and its policies are left as they are. */
  | { readonly kind: 'leftAlone'; readonly functionArn: string; readonly reason: string };

/**
 * Brings every policy of a function under the allowlist: the function itself, `$LATEST`, its aliases and versions.
 * Each has a policy of its own, so one that was contained says nothing of the others.
 *
 * Idempotent and resumable: what the ledger knows as settled for this run is not done again.
 */
export async function convergeFunction(
  { functionArn, runID, offender }: FunctionJob,
  deadlineMs: number,
  allowlist: Allowlist,
  guard: Guard,
  ports: ConvergencePorts,
): Promise<Convergence> {
  const guarded = findFunctionEntry(allowlist, functionArn);
  if (guarded === undefined || guarded.mode !== 'enforce') {
    return { kind: 'leftAlone', functionArn, reason: 'the allowlist does not guard it in mode enforce' };
  }
  const scope = chooseScope(guarded, offender);
  if (scope === undefined) {
    return { kind: 'leftAlone', functionArn, reason: 'its scope is offender, and nobody got in' };
  }
  const entries = listInvokers(allowlist, guarded);
  const found = await ports.qualifiers.listQualifiers(functionArn);
  const targets: readonly PolicyTarget[] = [null, ...found].map((qualifier) => ({ functionArn, qualifier }));
  const pacer = buildPacer(ports.clock);
  const done: ConvergedTarget[] = [];
  for (const target of targets) {
    if (ports.clock.nowMs() >= deadlineMs) break;
    // The function is part of it: one run on a schedule goes over many.
    const eventID = `${runID}#${qualifyFunctionArn(functionArn, target.qualifier)}`;
    const request = { eventID, target, entries, scope, offender, from: 'beginning' } as const;
    done.push({ target, outcome: await convergeTarget(request, pacer, guard, ports) });
  }
  return { kind: 'converged', functionArn, targets: done, pending: targets.slice(done.length) };
}

function chooseScope(guarded: FunctionEntry, offender: Caller | null): ContainmentScope | undefined {
  if (guarded.scope !== 'offender') return { kind: 'allowlist' };
  return offender === null ? undefined : { kind: 'offender', offender };
}

/** One policy that cannot be written must not keep the others open. */
async function convergeTarget(
  request: Parameters<typeof containTarget>[0],
  pacer: Pacer,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<Outcome> {
  const known = await ports.ledger.readEvent(request.eventID);
  if (known.kind === 'settled') return known.outcome;
  return tryTo(() => pacer.run(() => containTarget(request, guard, ports)));
}
