import { type PolicyOwner, readPolicyOwner } from '../core/alert/policy-owner.ts';
import type { FunctionTags } from './ports.ts';

/**
 * Finds out who else writes a function's policy. Asked after the write and before the alert, so it never throws and
 * never keeps a containment from being told: what goes wrong here becomes an owner that is unknown.
 */
export async function findPolicyOwner(functionArn: string, tags: FunctionTags): Promise<PolicyOwner> {
  try {
    return readPolicyOwner(await tags.readTags(functionArn));
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}
