import type { PolicyStatement } from '../policy/document.ts';
import { nameStatement } from './guard-sid.ts';
import type { GuardCondition } from './source-guards.ts';

/**
 * Both actions, because a function URL asks for the second one too; nothing else, so that nobody is locked out of
 * repairing the function.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
const GUARDED_ACTIONS = ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'];

/**
 * Makes a Deny for everybody whom the condition fits. `Resource` is exactly the ARN that the policy is attached to:
 * AWS refuses any other. Answers `undefined` where other statements hold every Sid that it could take.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html
 */
export function buildGuardStatement(
  condition: GuardCondition,
  resourceArn: string,
  guardId: string,
  taken: ReadonlySet<string>,
): PolicyStatement | undefined {
  const content = {
    Effect: 'Deny',
    Principal: '*',
    Action: GUARDED_ACTIONS,
    Resource: resourceArn,
    Condition: writeCondition(condition),
  };
  return nameStatement(content, guardId, taken);
}

/** A list of one is written as plain text, as AWS stores it; operators in order, so that the text is always the same. */
function writeCondition(condition: GuardCondition): GuardCondition {
  const operators = Object.entries(condition).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    operators.map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys)
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([key, values]) => [key, unwrapSingle(values)]),
      ),
    ]),
  );
}

function unwrapSingle(values: string | readonly string[]): string | readonly string[] {
  return typeof values !== 'string' && values.length === 1 ? (values[0] ?? values) : values;
}
