import type { Allowlist } from '../allowlist/allowlist.ts';
import { findFunctionEntry } from '../allowlist/function-match.ts';
import type { ChangeAction, ConfigurationChange } from './change.ts';
import type { ChangeDecision } from './change-verdict.ts';
import { findUntold } from './untold-door.ts';

/**
 * What people are told of a change: a door that is opened or a guard that is weakened (`door`), or what lets nobody in
 * and is still worth a look (`noticed`): what a guarded function runs, and a trigger that Lambda switched off. `none`
 * is only counted.
 */
export type ChangeFinding = 'door' | 'noticed' | 'none';

/** Decides whether people are told of a change. */
export function findInChange(
  { action, functionArn }: ConfigurationChange,
  { verdict }: ChangeDecision,
  allowlist: Allowlist,
): ChangeFinding {
  if (verdict === 'opens' || verdict === 'tampers') return 'door';
  if (action.kind === 'mappingDisabled') return verdict === 'closes' ? 'noticed' : 'none';
  if (action.kind !== 'function' || action.step === 'deleted' || functionArn === null) return 'none';
  return findFunctionEntry(allowlist, functionArn) === undefined ? 'none' : 'noticed';
}

/** Names the kind of door, and the thing where it is no function: the same one is told once. */
export function nameDoor(action: ChangeAction): string {
  const thing =
    action.kind === 'identity'
      ? action.name
      : action.kind === 'part'
        ? action.part
        : action.kind === 'bucketNotification'
          ? action.bucket
          : null;
  const words = [action.kind, 'step' in action ? action.step : null, thing];
  return words.filter((word) => word !== null).join('.');
}

/**
 * Names the function whose policies have to be looked at after a change, if they had guards: a version or an alias was
 * added, or the function was made again, and what is new has none; or the record does not tell what was done to a policy,
 * so that only the policy itself can. Null for everything else.
 */
export function findUnguarded(change: ConfigurationChange, allowlist: Allowlist): string | null {
  const { action, errorCode, functionArn } = change;
  const looked = addsPolicy(action) || findUntold(action) !== undefined;
  if (errorCode !== null || functionArn === null || !looked) return null;
  const guarded = findFunctionEntry(allowlist, functionArn);
  return guarded?.mode === 'enforce' && guarded.scope === undefined ? functionArn : null;
}

function addsPolicy(action: ChangeAction): boolean {
  if (action.kind === 'function') return action.step === 'created' || action.publishes === 'version';
  return action.kind === 'qualifier' && action.step !== 'aliasChanged';
}
