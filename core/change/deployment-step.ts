import { GUARD_FUNCTION_NAMES } from '../guard.ts';
import { parseFunctionName } from '../record/function-reference.ts';
import type { ConfigurationChange } from './change.ts';
import { type ChangeDecision, neutral } from './change-verdict.ts';

/** AWS itself writes it into the records of calls that it makes for a stack. */
export const CLOUDFORMATION = 'cloudformation.amazonaws.com';

/**
 * Passes over what CloudFormation does by the dozen when the guard is deployed: rules and alarms are written anew, its
 * functions get new code and settings. The operation on the stack is told, once and by name, and CloudFormation is taken
 * to let no other stack write these parts. All else is told through it too: any stack may overwrite a queue's policy.
 * `undefined` for everything that is no such step. The live watch leaves out the same calls.
 */
export function judgeDeployment(change: ConfigurationChange): ChangeDecision | undefined {
  const { actor } = change;
  const through = 'invokedBy' in actor ? actor.invokedBy : undefined;
  if (through !== CLOUDFORMATION || !isDeployed(change)) return undefined;
  return neutral(
    'a step of a deployment of the guard, by CloudFormation: the operation on its stack tells more',
  );
}

function isDeployed({ action, functionArn }: ConfigurationChange): boolean {
  switch (action.kind) {
    case 'rule':
      return action.step === 'rewritten';
    case 'part':
      return action.part === 'alarm' && action.step === 'rewritten';
    case 'function': {
      const name = parseFunctionName(functionArn ?? '')?.name ?? '';
      const renewed = action.step === 'codeChanged' || action.step === 'configurationChanged';
      return renewed && GUARD_FUNCTION_NAMES.includes(name);
    }
    default:
      return false;
  }
}
