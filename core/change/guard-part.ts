import { GUARD_FUNCTION_NAMES, HEARTBEAT_TARGET_NAME } from '../guard.ts';

/** What the guard stands on beside its rules and the trail. */
export type GuardPart =
  | 'queue'
  | 'topic'
  | 'table'
  | 'role'
  | 'logBucket'
  | 'logGroup'
  | 'alarm'
  | 'key'
  | 'stack'
  | 'function'
  | 'resource';

/** What a call does to a part. */
export type PartStep =
  | 'deleted'
  | 'emptied'
  | 'accessChanged'
  | 'rightsChanged'
  | 'settingsChanged'
  | 'audienceChanged'
  | 'silenced'
  | 'rewritten'
  | 'deployed';

/** The ready-made app's stacks are called so, and CloudFormation puts a stack's name into those of its parts. */
const OWN_NAME = /invokeguard/i;

/** The guard's functions run with roles of fixed names. IAM keeps no two names apart that differ in case only. */
const OWN_ROLE = new RegExp(
  `(^|/)(${[...GUARD_FUNCTION_NAMES, HEARTBEAT_TARGET_NAME].join('|')})-[a-z]{2}(-[a-z]+)+-\\d$`,
  'i',
);
/** Other roles of the app's stacks begin with the stack's name. */
const STACK_ROLE = /(^|\/)Invokeguard[^/]*$/;

/** A name, or the end of an ARN from any part on, each with a qualifier or without. */
const OWN_FUNCTION = new RegExp(`(^|:)(${GUARD_FUNCTION_NAMES.join('|')})(:|$)`);

/**
 * Decides whether a text names one of the guard's parts. Names can be copied by anyone: that makes an alarm too many,
 * never one too few for the ready-made app. Parts of a guard in a stack with another name are not recognized.
 */
export function namesOwnPart(part: GuardPart | 'rule', text: string): boolean {
  switch (part) {
    case 'role':
      return OWN_ROLE.test(text) || STACK_ROLE.test(text);
    case 'function':
      return OWN_FUNCTION.test(text);
    default:
      return OWN_NAME.test(text);
  }
}
