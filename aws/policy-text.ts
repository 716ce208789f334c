import { type PolicyDocument, parsePolicy } from '../core/policy/document.ts';

/** A policy as one of Lambda's read operations answered it. */
export type PolicyAnswer =
  | { readonly kind: 'present'; readonly policy: PolicyDocument; readonly revisionId: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads the answer of GetResourcePolicy or GetPolicy. Without a RevisionId nothing could be written safely. */
export function readPolicyAnswer(answer: {
  Policy?: string | undefined;
  RevisionId?: string | undefined;
}): PolicyAnswer {
  const parsed = parsePolicy(answer.Policy);
  if (parsed.kind === 'unreadable') return parsed;
  if (answer.RevisionId === undefined || answer.RevisionId === '') {
    return { kind: 'unreadable', reason: 'the policy came without a RevisionId' };
  }
  return { kind: 'present', policy: parsed.policy, revisionId: answer.RevisionId };
}
