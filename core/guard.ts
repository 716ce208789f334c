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

/** The fixed name of the function that reads the log files that CloudTrail delivers. */
export const SWEEPER_NAME = 'invokeguard-sweeper';

/** The fixed name of the function that proves, on a schedule, that the whole chain is alive. */
export const HEARTBEAT_NAME = 'invokeguard-heartbeat';

/**
 * The fixed name of the function that the heartbeat calls. It does nothing, is on no list, and is guarded like any
 * other, so it is not among `GUARD_FUNCTION_NAMES`.
 */
export const HEARTBEAT_TARGET_NAME = 'invokeguard-heartbeat-target';

/** All functions of the guard: their own calls are left out of selectors, patterns and verdicts, by exact name. */
export const GUARD_FUNCTION_NAMES: readonly string[] = [
  REMEDIATOR_NAME,
  CONVERGER_NAME,
  SWEEPER_NAME,
  HEARTBEAT_NAME,
];

/** All functions that the guard's stacks make: no gap where they are not guarded, and nothing that people contain. */
export const STACK_FUNCTION_NAMES: readonly string[] = [...GUARD_FUNCTION_NAMES, HEARTBEAT_TARGET_NAME];

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
 * The fixed name of the role that a function of the guard runs with. Roles belong to no Region, so the name holds it.
 * By the exact ARN the guard knows its own writes from anybody else's.
 */
export function nameGuardRole(functionName: string, region: string): string {
  return `${functionName}-${region}`;
}

/** The ARNs of the roles of all functions of the guard in one place. */
export function listGuardRoleArns({ partition, region, account }: FunctionPlace): readonly string[] {
  return GUARD_FUNCTION_NAMES.map(
    (name) => `arn:${partition}:iam::${account}:role/${nameGuardRole(name, region)}`,
  );
}

/**
 * Names a deployment. The id follows from account, Region and name alone, so that the command can recognize the
 * deployment's statements in a policy without asking anybody.
 */
export function nameGuard(account: string, region: string, name: string = REMEDIATOR_NAME): Guard {
  const guardId = bytesToHex(sha256(utf8ToBytes(`${account}:${region}:${name}`))).slice(0, 8);
  return { account, region, name, guardId };
}
