import type { InvokerEntry } from '../allowlist/allowlist.ts';
import { matchWildcard, parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';

/**
 * Finds an entry that lists a role or user of the caller's name and account, but with another path: most often the
 * path was forgotten, since consoles show names without it. It lists somebody else all the same.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
 */
export function findNamesake(entries: readonly InvokerEntry[], caller: Caller): InvokerEntry | undefined {
  const called =
    caller.kind === 'role' ? caller.roleArn : caller.kind === 'user' ? caller.userArn : undefined;
  if (called === undefined) return undefined;
  return entries.find((entry) => {
    const listed = entry.kind === 'role' ? entry.role : entry.kind === 'user' ? entry.user : '';
    return entry.kind === caller.kind && isNamesake(listed, called);
  });
}

function isNamesake(listed: string, called: string): boolean {
  // The names tell most entries apart, at no cost.
  if (!matchWildcard(cutName(listed), cutName(called)) || cutPath(listed) === cutPath(called)) return false;
  return parseArn(listed)?.account === parseArn(called)?.account;
}

function cutName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function cutPath(arn: string): string {
  return arn.slice(0, arn.lastIndexOf('/') + 1);
}
