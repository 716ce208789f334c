import { buildClients } from '../aws/clients.ts';
import { LambdaFunctionDirectory } from '../aws/lambda-function-directory.ts';
import { LambdaFunctionTags } from '../aws/lambda-function-tags.ts';
import { LambdaPolicyStore } from '../aws/lambda-policy-store.ts';
import { LambdaQualifierDirectory } from '../aws/lambda-qualifier-directory.ts';
import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import type { PlanningPorts } from '../containment/hardening.ts';
import type { FunctionDirectory, FunctionTags } from '../containment/ports.ts';
import type { CommandIo } from './command-io.ts';

/** What can be seen of Lambda alone, whether or not a guard is deployed. */
export interface LambdaPorts extends PlanningPorts {
  readonly functions: FunctionDirectory;
  readonly tags: FunctionTags;
}

/** Builds the ports that only look at Lambda, with the credentials of the environment. */
export function openLambdaPorts(region: string, io: CommandIo): LambdaPorts {
  const { lambda } = buildClients({ region, endpoint: io.env['AWS_ENDPOINT_URL'] });
  return {
    policies: new LambdaPolicyStore(lambda),
    qualifiers: new LambdaQualifierDirectory(lambda),
    functions: new LambdaFunctionDirectory(lambda),
    tags: new LambdaFunctionTags(lambda),
    clock: SYSTEM_CLOCK,
  };
}
