import { matchWildcard } from '../arn.ts';
import type { InvokeAction } from '../evaluator/request.ts';
import { beUnsure, decideMatch, invertMatch, type Match, matchAny } from './match.ts';
import { readList } from './value-list.ts';

/**
 * Decides whether an `Action` element covers an action: case does not count, `*` and `?` are wildcards.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
 */
export function matchAction(element: unknown, action: InvokeAction): Match {
  const list = readList(element);
  if (list.length === 0) return beUnsure('an action element that names nothing');
  return matchAny(list.map((item) => matchOne(item, action)));
}

/** Decides whether a `NotAction` element covers an action: everything that it does not name. */
export function matchNotAction(element: unknown, action: InvokeAction): Match {
  return invertMatch(matchAction(element, action));
}

function matchOne(item: unknown, action: InvokeAction): Match {
  if (typeof item !== 'string') return beUnsure('an action that is not text');
  const applies = matchWildcard(item.toLowerCase(), action.toLowerCase());
  if (applies && item !== '*' && !item.includes(':')) {
    return beUnsure(`the action \`${item}\`, which names no service`);
  }
  return decideMatch(applies);
}
