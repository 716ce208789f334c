import type { InvokerEntry } from '../allowlist/allowlist.ts';
import { matchEntry } from '../allowlist/invoker-match.ts';
import { hasWildcard } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import type { Grant } from './grant.ts';
import { namesCaller } from './grant-reach.ts';

/** Finds the entry that lists a caller, or that might list it if the record had told more. */
export function findLister(entries: readonly InvokerEntry[], caller: Caller): InvokerEntry | undefined {
  return entries.find(
    (entry) => matchEntry(entry, caller, { requestParameters: 'present' }, new Map()).kind !== 'noMatch',
  );
}

/** Decides whether a grant certainly serves this one caller and nobody else. */
export function servesOnly(grant: Grant, caller: Caller): boolean {
  if (grant.principals.every((principal) => principal.kind === 'anyone')) {
    return (
      caller.kind === 'anonymous' &&
      grant.conditions.some(
        ({ operator, key, values }) =>
          operator === 'StringEquals' &&
          key === 'lambda:functionurlauthtype' &&
          values.every((value) => value === 'NONE'),
      )
    );
  }
  if (!grant.principals.every((principal) => principal.kind !== 'anyone' && namesCaller(principal, caller))) {
    return false;
  }
  switch (caller.kind) {
    case 'role':
    case 'user':
      return grant.principals.every((principal) => principal.kind === 'iam');
    case 'account':
      return true;
    case 'service':
      return (
        caller.sourceArn === undefined ||
        grant.conditions.some(
          ({ operator, key, values }) =>
            /^(ArnLike|ArnEquals|StringEquals|StringLike)$/.test(operator) &&
            key === 'aws:sourcearn' &&
            values.every((value) => value === caller.sourceArn && !hasWildcard(value)),
        )
      );
    case 'root':
    case 'federated':
    case 'anonymous':
    case 'eventSourceMapping':
    case 'unknown':
      return false;
  }
}
