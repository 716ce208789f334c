import type { Mode } from '../allowlist/allowlist.ts';
import { INERT_SID, isInertGrant } from '../plan/inert-grant.ts';
import { canonicalizeStatement } from '../policy/canonical-form.ts';
import { type PolicyStatement, parsePolicy } from '../policy/document.ts';
import { parseEventTime } from '../record/event-time.ts';
import type { ConfigurationChange } from './change.ts';
import { explainSwitch } from './own-switch.ts';
import { CLOCK_MS, LATEST_MS, type StoredRewrite, type StoredWrites } from './stored-writes.ts';

/**
 * Where a change comes from: one that the ledger holds is the guard's own, or made by a person with its command. A
 * write by the guard's role that the ledger does not hold is somebody's who got hold of the role.
 */
export type ChangeOrigin = 'ledger' | 'guardRoleAlone' | 'others';

/**
 * Decides where a change comes from, by the ledger and by the exact ARNs of the guard's roles; never by a name in the
 * policy, which anybody can copy.
 *
 * INVARIANT: only an entry for exactly this policy, that says the same and was stored shortly before, explains a change.
 * @param mode the function's; null where the allowlist does not name it
 */
export function traceChange(
  change: ConfigurationChange,
  stored: StoredWrites,
  guardRoleArns: readonly string[],
  mode: Mode | null,
): ChangeOrigin {
  const byGuard = isGuardRole(change, guardRoleArns);
  const latestMs = byGuard ? LATEST_MS : CLOCK_MS + COMMAND_MS;
  const timely = selectTimely(stored.rewrites, parseEventTime(change.eventTime), latestMs);
  if (timely.some((rewrite) => explains(rewrite, change))) return 'ledger';
  if (explainSwitch(change, stored, byGuard ? 'guard' : 'others')) return 'ledger';
  if (!byGuard) return 'others';
  return isSideStep(change, timely, mode) ? 'ledger' : 'guardRoleAlone';
}

/** Decides whether a function of the guard made the change: a session of one of these very roles. */
export function isGuardRole({ actor }: ConfigurationChange, guardRoleArns: readonly string[]): boolean {
  return actor.kind === 'role' && guardRoleArns.includes(actor.roleArn);
}

/** How far CloudTrail's whole seconds and the guard's clock lie apart. */
const SECONDS_MS = 5_000;
/** The command writes at once, and nobody delivers it again: what it wrote may not be written again by somebody later. */
const COMMAND_MS = 60_000;

/** Those that may have been made at that time: not too old, and nothing that still stands was stored after them. */
function selectTimely(
  rewrites: readonly StoredRewrite[],
  atMs: number,
  latestMs: number,
): readonly StoredRewrite[] {
  return rewrites.filter(({ storedTime }) => {
    const storedMs = Date.parse(storedTime);
    const overtaken = rewrites.some((later) => {
      const laterMs = Date.parse(later.storedTime);
      return later.state === 'standing' && laterMs > storedMs && laterMs + SECONDS_MS <= atMs;
    });
    return storedMs - CLOCK_MS <= atMs && atMs <= storedMs + latestMs && !overtaken;
  });
}

function explains(rewrite: StoredRewrite, { action }: ConfigurationChange): boolean {
  switch (action.kind) {
    case 'policy': {
      const written = parsePolicy(action.policy);
      return written.kind === 'policy' && isPlanned(written.policy.Statement, rewrite);
    }
    case 'policyRemoval':
      return isPlanned([], rewrite);
    case 'revocation':
      return rewrite.removed.some((statement) => statement['Sid'] === action.sid);
    case 'grant': {
      if (action.statement === null) return false;
      const granted = canonicalizeStatement(action.statement);
      return rewrite.added.some((statement) => canonicalizeStatement(statement) === granted);
    }
    default:
      return false;
  }
}

/**
 * By meaning, as AWS normalizes what it stores: what stood there before without what was to be removed, and all that was
 * to be added. A second attempt may have removed besides what others had added in between.
 */
function isPlanned(written: readonly PolicyStatement[], { before, removed, added }: StoredRewrite): boolean {
  const gone = new Set(removed.map(canonicalizeStatement));
  const kept = (before?.Statement ?? []).map(canonicalizeStatement).filter((form) => !gone.has(form));
  const planned = new Set([...kept, ...added.map(canonicalizeStatement)]);
  const forms = new Set(written.map(canonicalizeStatement));
  return forms.size === planned.size && [...forms].every((form) => planned.has(form));
}

/**
 * What the guard does beside the rewrites that the ledger keeps: the inert grant, put and taken away while a policy is
 * made; tries on enforced functions that failed, since their entry is forgotten; and a policy that the record does not
 * hold, while a rewrite of exactly that policy is under way.
 */
function isSideStep(
  { action, errorCode, functionArn, qualifier }: ConfigurationChange,
  timely: readonly StoredRewrite[],
  mode: Mode | null,
): boolean {
  if (functionArn === null) return false;
  switch (action.kind) {
    case 'grant':
      if (action.statement !== null && isInertGrant(action.statement, { functionArn, qualifier }))
        return true;
      break;
    case 'revocation':
      if (action.sid === INERT_SID) return true;
      break;
    case 'policy':
      if (parsePolicy(action.policy).kind === 'unreadable' && timely.length > 0) return true;
      break;
    case 'policyRemoval':
    case 'mapping':
      break;
    default:
      return false;
  }
  return errorCode !== null && mode === 'enforce';
}
