import type { LambdaInvocation } from '../record/invocation.ts';

/**
 * The exact command that takes a containment back, or null where the function is not known.
 * Function ARNs and qualifiers have passed their own grammar, so they are safe in a shell between single quotes.
 */
export function composeRollbackCommand(
  invocation: Pick<LambdaInvocation, 'functionArn' | 'qualifier'>,
): string | null {
  if (invocation.functionArn === null) return null;
  const qualifier = invocation.qualifier === null ? '' : ` --qualifier '${invocation.qualifier}'`;
  return `npx invokeguard rollback --function '${invocation.functionArn}'${qualifier}`;
}
