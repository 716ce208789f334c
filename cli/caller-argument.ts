import { parseArn } from '../core/arn.ts';
import type { Caller } from '../core/caller/caller.ts';

/**
 * Reads a caller as a person names it: a role or user ARN, a 12-digit account, a service (`s3.amazonaws.com`), or
 * `anonymous`. `undefined` for anything else.
 */
export function parseCallerArgument(text: string): Caller | undefined {
  if (text === 'anonymous') return { kind: 'anonymous' };
  if (/^\d{12}$/.test(text)) return { kind: 'account', account: text };
  const arn = parseArn(text);
  if (arn?.service === 'iam' && arn.resource.startsWith('role/')) return { kind: 'role', roleArn: text };
  if (arn?.service === 'iam' && arn.resource.startsWith('user/')) return { kind: 'user', userArn: text };
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return { kind: 'service', service: text };
  return undefined;
}
