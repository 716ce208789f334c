import type { Outcome } from '../core/alert/outcome.ts';
import { type Allowlist, listInvokers } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import type { Guard } from '../core/guard.ts';
import { type ContainmentPorts, containTarget } from './containment.ts';
import { PermanentError } from './errors.ts';
import { buildPacer, type Pacer } from './pacing.ts';
import type { PolicyTarget, QualifierDirectory } from './ports.ts';

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
  /** The allowlist no longer guards this function in mode enforce: its policies are left as they are. */
  | { readonly kind: 'notEnforced'; readonly functionArn: string };

/**
 * Brings every policy of a function under the allowlist: the function itself, `$LATEST`, its aliases and versions.
 * Each has a policy of its own, so one that was contained says nothing of the others.
 *
 * Idempotent and resumable: what the ledger knows as settled for this run is not done again.
 */
export async function convergeFunction(
  functionArn: string,
  runID: string,
  deadlineMs: number,
  allowlist: Allowlist,
  guard: Guard,
  ports: ConvergencePorts,
): Promise<Convergence> {
  const guarded = findFunctionEntry(allowlist, functionArn);
  if (guarded === undefined || guarded.mode !== 'enforce') return { kind: 'notEnforced', functionArn };
  const entries = listInvokers(allowlist, guarded);
  const found = await ports.qualifiers.listQualifiers(functionArn);
  const targets: readonly PolicyTarget[] = [null, ...found].map((qualifier) => ({ functionArn, qualifier }));
  const pacer = buildPacer(ports.clock);
  const done: ConvergedTarget[] = [];
  for (const target of targets) {
    if (ports.clock.nowMs() >= deadlineMs) break;
    const eventID = `${runID}#${target.qualifier ?? 'function'}`;
    const request = { eventID, target, entries, scope: { kind: 'allowlist' }, offender: null } as const;
    done.push({ target, outcome: await convergeTarget(request, pacer, guard, ports) });
  }
  return { kind: 'converged', functionArn, targets: done, pending: targets.slice(done.length) };
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
  try {
    return await pacer.run(() => containTarget(request, guard, ports));
  } catch (error) {
    if (error instanceof PermanentError) return { kind: 'refused', reason: error.message, notStopped: [] };
    throw error;
  }
}
