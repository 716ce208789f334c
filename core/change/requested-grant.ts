import { isAccountId, parseArn } from '../arn.ts';
import { asText, type JsonObject } from '../json.ts';
import type { GrantPrincipal } from '../plan/grant.ts';
import { type PermissionTerms, writeGrant } from '../plan/narrowed-grant.ts';

const TERMS: readonly (keyof PermissionTerms)[] = [
  'sourceArn',
  'sourceAccount',
  'principalOrgID',
  'eventSourceToken',
  'functionUrlAuthType',
];

/**
 * Rebuilds the statement that AddPermission would have stored from what was asked for; null where the request names
 * nobody or no action.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export function rebuildStatement(parameters: JsonObject, resourceArn: string): JsonObject | null {
  const action = asText(parameters['action']);
  const principal = asText(parameters['principal']);
  const sid = asText(parameters['statementId']);
  if (action === null || principal === null) return null;
  const given = TERMS.flatMap((term) => {
    const value = asText(parameters[term]);
    return value === null ? [] : [[term, value] as const];
  });
  const throughUrl = parameters['invokedViaFunctionUrl'] === true ? { invokedViaFunctionUrl: 'true' } : {};
  const terms: PermissionTerms = { ...Object.fromEntries(given), ...throughUrl };
  const statement = writeGrant(readPrincipal(principal), 'lambda:InvokeFunction', terms, resourceArn);
  return { ...(sid === null ? {} : { Sid: sid }), ...statement, Action: action };
}

function readPrincipal(text: string): GrantPrincipal {
  if (text === '*') return { kind: 'anyone' };
  if (isAccountId(text)) return { kind: 'account', account: text };
  if (parseArn(text) !== undefined) return { kind: 'iam', arn: text };
  return text.includes('.') ? { kind: 'service', service: text } : { kind: 'other', text };
}
