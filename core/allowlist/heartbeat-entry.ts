import { HEARTBEAT_TARGET_NAME } from '../guard.ts';
import type { Allowlist } from './allowlist.ts';

/** Stands where the user's own entries have their JSON pointer; no file has this one. */
export const HEARTBEAT_POINTER = '/heartbeat';

/**
 * Adds the function that the heartbeat calls: guarded like any other, observed only, and nobody is listed. With it the
 * trail logs its calls and the patterns match them. `config` refuses entries of the user's own for that name, and as an
 * exact name it stands above every glob.
 */
export function addHeartbeatTarget(allowlist: Allowlist): Allowlist {
  const entry = {
    pointer: HEARTBEAT_POINTER,
    selector: { kind: 'name', name: HEARTBEAT_TARGET_NAME },
    mode: 'observe',
    invokers: [],
  } as const;
  return { ...allowlist, functions: [...allowlist.functions, entry] };
}
