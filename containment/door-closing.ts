import { addLimits } from '../core/alert/limits.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { quoteText } from '../core/alert/quotation.ts';
import { type Allowlist, type FunctionEntry, listInvokers } from '../core/allowlist/allowlist.ts';
import type { ConfigurationChange } from '../core/change/change.ts';
import { GUARD_FUNCTION_NAMES, type Guard } from '../core/guard.ts';
import { parseEventTime } from '../core/record/event-time.ts';
import { parseFunctionName } from '../core/record/function-reference.ts';
import { leave } from './attempt.ts';
import { type ContainmentPorts, containTarget } from './containment.ts';
import type { Containment, PolicyTarget } from './ports.ts';

/** Why nothing may be done in a function, whatever the door; `undefined` where something may. */
export function findObstacle(
  { errorCode }: ConfigurationChange,
  functionArn: string | null,
  guarded: FunctionEntry | undefined,
): Outcome | undefined {
  const name = parseFunctionName(functionArn ?? '')?.name;
  if (errorCode !== null)
    return leave(`the attempt failed (${quoteText(errorCode)}), so nothing was changed`);
  if (name === undefined || guarded === undefined || GUARD_FUNCTION_NAMES.includes(name)) {
    return leave('no rewrite of a policy undoes this change: a person has to look');
  }
  if (guarded.mode === 'observe') return { kind: 'observed' };
  if (guarded.scope === 'offender') {
    return leave(
      'the scope of this function is `offender`: the guard shuts out who got in, and nobody has yet',
    );
  }
  return undefined;
}

/** One policy that is open, or was weakened. */
export interface OpenPolicy {
  /** What makes the work idempotent. */
  readonly eventID: string;
  readonly target: PolicyTarget;
  readonly guarded: FunctionEntry;
  /** When it was opened, as the record says. */
  readonly eventTime: string | null;
}

/**
 * Brings one policy under the whole allowlist, whoever would have called; but records come late, and what a person rolled
 * back since stays as it is. Faults as `containTarget`.
 */
export async function closeDoor(
  { eventID, target, guarded, eventTime }: OpenPolicy,
  allowlist: Allowlist,
  guard: Guard,
  ports: ContainmentPorts,
): Promise<Outcome> {
  if (isRolledBackSince(await ports.ledger.listContainments(target), eventTime)) {
    return leave(
      'a person rolled this policy back after the change was made: the guard leaves it so until a caller who is not listed calls',
    );
  }
  const request = {
    eventID,
    target,
    entries: listInvokers(allowlist, guarded),
    scope: { kind: 'allowlist' },
    offender: null,
    from: 'standing',
  } as const;
  return addLimits(await containTarget(request, guard, ports));
}

/** CloudTrail writes whole seconds: what came in the same one may have come after. */
const SECOND_MS = 1_000;

/** The last word is a person's, certainly, and no containment stands beside it. */
function isRolledBackSince(containments: readonly Containment[], eventTime: string | null): boolean {
  const [newest] = containments;
  return (
    newest?.snapshot.purpose === 'rollback' &&
    containments.every(({ state }) => state === 'rolledBack') &&
    Date.parse(newest.snapshot.storedTime) >= parseEventTime(eventTime) + SECOND_MS
  );
}
