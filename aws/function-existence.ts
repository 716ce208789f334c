import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { PolicyTarget } from '../containment/ports.ts';
import { composeFunctionParameters } from './function-parameters.ts';
import { classifyFault, raiseFault } from './sdk-fault.ts';

/** Finds out whether the function, and the version or alias if one is named, exists. */
export async function findFunction(
  client: LambdaClient,
  target: PolicyTarget,
): Promise<{ readonly kind: 'found' | 'missing' }> {
  try {
    await client.send(new GetFunctionConfigurationCommand(composeFunctionParameters(target)));
    return { kind: 'found' };
  } catch (error) {
    if (classifyFault(error) === 'notFound') return { kind: 'missing' };
    return raiseFault(error, 'lambda:GetFunctionConfiguration');
  }
}
