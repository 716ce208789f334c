import { matchArn, matchWildcard } from '../arn.ts';
import { beUnsure, invertMatch, MATCH, type Match, matchAny, NO_MATCH } from './match.ts';
import { hasVariable, readList } from './value-list.ts';

/**
 * Decides whether a `Resource` element covers the ARN that the policy is attached to.
 *
 * `*` and `?` are wildcards within the segments of an ARN, and a `*` at the end of a segment reaches past its colon.
 * What a `*` in the middle of a segment does at a colon is not said: such a match is unsure.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchResource(element: unknown, resource: string): Match {
  const list = readList(element);
  if (list.length === 0) return beUnsure('a resource element that names nothing');
  return matchAny(list.map((item) => matchOne(item, resource)));
}

/** Decides whether a `NotResource` element covers the ARN: everything that it does not name. */
export function matchNotResource(element: unknown, resource: string): Match {
  return invertMatch(matchResource(element, resource));
}

function matchOne(item: unknown, resource: string): Match {
  if (typeof item !== 'string') return beUnsure('a resource that is not text');
  if (hasVariable(item)) return beUnsure(`the policy variable in the resource \`${item}\``);
  if (!matchWildcard(item, resource)) return NO_MATCH;
  if (!starsInside(item) || matchArn(item, resource)) return MATCH;
  return beUnsure(`the wildcard in the resource \`${item}\`, which would have to reach past a colon`);
}

/** True where a `*` stands before the end of a segment. */
function starsInside(pattern: string): boolean {
  return /\*[^*:]/.test(pattern);
}
