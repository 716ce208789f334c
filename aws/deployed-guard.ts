import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type Guard, nameGuard, REMEDIATOR_NAME } from '../core/guard.ts';
import { classifyFault, raiseFault } from './sdk-fault.ts';

/** The guard that is deployed in an account and Region, found by the fixed name of its function. */
export type DeployedGuard =
  | {
      readonly kind: 'deployed';
      readonly guard: Guard;
      readonly ledgerTableName: string;
      readonly alertTopicArn: string;
    }
  | { readonly kind: 'notDeployed' }
  /** Something of that name is there, and it is not our function. */
  | { readonly kind: 'foreign'; readonly missing: string };

/**
 * Finds the deployment that a command works with. Everything it needs stands in the environment of the remediation
 * function, so that no stack name has to be known.
 */
export async function findDeployedGuard(lambda: LambdaClient): Promise<DeployedGuard> {
  try {
    const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: REMEDIATOR_NAME }));
    const variables = found.Environment?.Variables ?? {};
    const ledgerTableName = variables['LEDGER_TABLE_NAME'];
    const alertTopicArn = variables['ALERT_TOPIC_ARN'];
    const account = variables['GUARD_ACCOUNT'];
    const region = variables['GUARD_REGION'];
    if (ledgerTableName === undefined) return { kind: 'foreign', missing: 'LEDGER_TABLE_NAME' };
    if (alertTopicArn === undefined) return { kind: 'foreign', missing: 'ALERT_TOPIC_ARN' };
    if (account === undefined) return { kind: 'foreign', missing: 'GUARD_ACCOUNT' };
    if (region === undefined) return { kind: 'foreign', missing: 'GUARD_REGION' };
    return { kind: 'deployed', guard: nameGuard(account, region), ledgerTableName, alertTopicArn };
  } catch (error) {
    if (classifyFault(error) === 'notFound') return { kind: 'notDeployed' };
    return raiseFault(error, 'lambda:GetFunctionConfiguration');
  }
}
