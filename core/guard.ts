import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** One deployment of Invokeguard: there is at most one of a name in an account and Region. */
export interface Guard {
  readonly account: string;
  readonly region: string;
  /** The fixed name of the remediation function. */
  readonly name: string;
  /** Eight lower-case hex digits that stand in the Sids of this deployment's statements. */
  readonly guardId: string;
}

/** The fixed name of the remediation function, so that selectors and patterns can leave exactly it out. */
export const REMEDIATOR_NAME = 'invokeguard-remediator';

/** The fixed name of the converging function. */
export const CONVERGER_NAME = 'invokeguard-converger';

/** All functions of the guard: their own calls are left out of selectors, patterns and verdicts, by exact name. */
export const GUARD_FUNCTION_NAMES: readonly string[] = [REMEDIATOR_NAME, CONVERGER_NAME];

/** Where functions are: what their ARNs have in common. */
export interface FunctionPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/**
 * A place with a longer name than any that AWS has. Patterns that are compiled for it have room for the guard's own
 * ARNs in every account and Region.
 */
export const LONGEST_PLACE: FunctionPlace = {
  partition: 'aws-partition',
  region: 'longest-region-name',
  account: '000000000000',
};

/** The unqualified ARNs of all functions of the guard in one place. */
export function listGuardFunctionArns({ partition, region, account }: FunctionPlace): readonly string[] {
  return GUARD_FUNCTION_NAMES.map((name) => `arn:${partition}:lambda:${region}:${account}:function:${name}`);
}

/**
 * Names a deployment. The id follows from account, Region and name alone, so that the command can recognize the
 * deployment's statements in a policy without asking anybody.
 */
export function nameGuard(account: string, region: string, name: string = REMEDIATOR_NAME): Guard {
  const guardId = bytesToHex(sha256(utf8ToBytes(`${account}:${region}:${name}`))).slice(0, 8);
  return { account, region, name, guardId };
}
