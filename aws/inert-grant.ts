import { AddPermissionCommand, type LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import type { PolicyTarget, WriteResult } from '../containment/ports.ts';
import { canonicalizeContent } from '../core/policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../core/policy/document.ts';
import { parseFunctionName, qualifyFunctionArn } from '../core/record/function-reference.ts';
import { composeFunctionParameters } from './function-parameters.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

/** The Sid of the grant that makes a policy exist without letting anybody in. */
export const INERT_SID = 'InvokeguardInert';

/** No AWS account has this number, so no bucket of its can send a notification. */
const NO_ACCOUNT = '000000000000';

/** The inert grant of one policy, as AWS stores it: it matches no request, because it asks for an account that is none. */
export function composeInertGrant(target: PolicyTarget): PolicyStatement {
  return {
    Sid: INERT_SID,
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: qualifyFunctionArn(target.functionArn, target.qualifier),
    Condition: {
      ArnLike: { 'aws:SourceArn': composeInertSource(target) },
      StringEquals: { 'aws:SourceAccount': NO_ACCOUNT },
    },
  };
}

function composeInertSource(target: PolicyTarget): string {
  const partition = parseFunctionName(target.functionArn)?.partition ?? 'aws';
  return `arn:${partition}:s3:::invokeguard-inert`;
}

/** Decides whether a statement is our inert grant: its Sid alone would let somebody hide a real grant behind it. */
export function isInertGrant(statement: PolicyStatement, target: PolicyTarget): boolean {
  return (
    statement['Sid'] === INERT_SID &&
    canonicalizeContent(statement) === canonicalizeContent(composeInertGrant(target))
  );
}

/** The policy without our inert grant, which a run that died may have left behind; the next write drops it. */
export function omitInertGrant(policy: PolicyDocument, target: PolicyTarget): PolicyDocument {
  const kept = policy.Statement.filter((statement) => !isInertGrant(statement, target));
  return kept.length === policy.Statement.length ? policy : { ...policy, Statement: kept };
}

/**
 * Adds the inert grant. AddPermission creates the policy or appends to it, atomically, and never overwrites: so
 * nothing that somebody else grants at the same moment is lost. Answers `undefined` where the grant now stands, or
 * may stand because one of ours was there before.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export async function addInertGrant(
  client: LambdaClient,
  target: PolicyTarget,
): Promise<WriteResult | undefined> {
  try {
    await client.send(
      new AddPermissionCommand({
        ...composeFunctionParameters(target),
        StatementId: INERT_SID,
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn: composeInertSource(target),
        SourceAccount: NO_ACCOUNT,
      }),
    );
    return undefined;
  } catch (error) {
    switch (classifyFault(error)) {
      case 'conflict':
        return undefined;
      case 'notFound':
      case 'precondition':
        return { kind: 'conflict', reason: describeFault(error) };
      case 'invalid':
        return { kind: 'refused', reason: describeFault(error) };
      default:
        return raiseFault(error, 'lambda:AddPermission');
    }
  }
}

/** Takes the inert grant away again; that it, or the whole function, is gone already is as good. */
export async function removeInertGrant(client: LambdaClient, target: PolicyTarget): Promise<void> {
  try {
    await client.send(
      new RemovePermissionCommand({ ...composeFunctionParameters(target), StatementId: INERT_SID }),
    );
  } catch (error) {
    if (classifyFault(error) !== 'notFound') raiseFault(error, 'lambda:RemovePermission');
  }
}
