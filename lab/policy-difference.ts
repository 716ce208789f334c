import { composePolicyDiff } from '../core/alert/policy-diff.ts';
import type { PolicyDocument, PolicyStatement } from '../core/policy/document.ts';

/** Shows two versions of a policy as one diff, a statement a line; the statements in both come first. */
export function showPolicyDifference(before: PolicyDocument, after: PolicyDocument): string {
  const kept = before.Statement.filter((statement) => holds(after, statement));
  const removed = before.Statement.filter((statement) => !holds(after, statement));
  const added = after.Statement.filter((statement) => !holds(before, statement));
  return [
    ...kept.map((statement) => `  ${JSON.stringify(statement)}`),
    ...composePolicyDiff(removed, added),
  ].join('\n');
}

/** Decides whether a policy holds a statement exactly as it is. */
function holds(policy: PolicyDocument, statement: PolicyStatement): boolean {
  const text = JSON.stringify(statement);
  return policy.Statement.some((candidate) => JSON.stringify(candidate) === text);
}

/** The Sids of a policy, sorted; a statement without one counts as the empty text. */
export function listSids(policy: PolicyDocument): readonly string[] {
  return policy.Statement.map((statement) => {
    const sid = statement['Sid'];
    return typeof sid === 'string' ? sid : '';
  }).sort();
}
