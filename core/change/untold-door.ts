import { parsePolicy } from '../policy/document.ts';
import type { ChangeAction } from './change.ts';

/**
 * Says what the record of a change leaves open about whom it lets in; `undefined` where it tells. On such a record alone
 * nothing is changed.
 */
export function findUntold(action: ChangeAction): string | undefined {
  switch (action.kind) {
    case 'grant':
      return action.statement === null ? 'the record does not tell whom the permission is for' : undefined;
    case 'policy':
      return action.policy === null || parsePolicy(action.policy).kind === 'unreadable'
        ? 'the record does not hold the new policy in a form that can be read'
        : undefined;
    case 'functionUrl':
      return action.authType === null && action.step === 'created'
        ? 'the record does not tell whom the function URL is for'
        : undefined;
    default:
      return undefined;
  }
}
