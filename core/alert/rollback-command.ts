import { parseArn } from '../arn.ts';
import type { LambdaInvocation } from '../record/invocation.ts';
import type { Outcome } from './outcome.ts';

/**
 * The exact command that takes a containment back, or null where the function is not known. With the digest of the
 * snapshot it takes back that one only: a table that somebody has written to cannot put in another.
 * Function ARNs and qualifiers have passed their own grammar, so they are safe in a shell between single quotes.
 */
export function composeRollbackCommand(
  invocation: Pick<LambdaInvocation, 'functionArn' | 'qualifier'>,
  digest?: string,
): string | null {
  if (invocation.functionArn === null) return null;
  const qualifier = invocation.qualifier === null ? '' : ` --qualifier '${invocation.qualifier}'`;
  const snapshot = digest === undefined ? '' : ` --digest ${digest}`;
  return `npx invokeguard rollback --function '${invocation.functionArn}'${qualifier}${snapshot}`;
}

/**
 * The exact command that enables a disabled event source mapping again, or null where its ARN holds no UUID.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export function composeEnableCommand(mappingArn: string): string | null {
  const arn = parseArn(mappingArn);
  const uuid = arn?.resource.slice('event-source-mapping:'.length) ?? '';
  if (arn === undefined || !/^[0-9a-f-]{36}$/.test(uuid) || !/^[a-z0-9-]+$/.test(arn.region)) return null;
  return `aws lambda update-event-source-mapping --region ${arn.region} --uuid ${uuid} --enabled`;
}

/** The command that undoes what was done about a call, or null where nothing was. */
export function composeWayBack(invocation: LambdaInvocation, outcome: Outcome): string | null {
  if (outcome.kind === 'contained') return composeRollbackCommand(invocation, outcome.digest);
  return outcome.kind === 'mappingDisabled' ? composeEnableCommand(outcome.mappingArn) : null;
}
