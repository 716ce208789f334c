import { AddPermissionCommand, type LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import type { PolicyTarget, WriteResult } from '../containment/ports.ts';
import { composeInertSource, INERT_ACCOUNT, INERT_SID } from '../core/plan/inert-grant.ts';
import { composeFunctionParameters } from './function-parameters.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

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
        SourceAccount: INERT_ACCOUNT,
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
