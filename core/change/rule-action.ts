import { asText, type JsonObject } from '../json.ts';
import type { GuardAction } from './change.ts';
import { namesOwnPart } from './guard-part.ts';

/**
 * Reads what a call of EventBridge's API does to a rule of the guard; `undefined` for all others. A rule is recognized
 * by its name, which anyone can copy: that makes an alarm too many, never one too few for the ready-made app. Rules
 * of a guard in a stack with another name are not recognized.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html
 */
export function readRuleAction(
  eventName: string,
  parameters: JsonObject | undefined,
): GuardAction | undefined {
  const step = STEPS.get(eventName);
  const name = asText(parameters?.['rule']) ?? asText(parameters?.['name']) ?? '';
  return step === undefined || !namesOwnPart('rule', name) ? undefined : { kind: 'rule', step };
}

const STEPS: ReadonlyMap<string, (GuardAction & { readonly kind: 'rule' })['step']> = new Map([
  ['DisableRule', 'disabled'],
  ['DeleteRule', 'deleted'],
  ['RemoveTargets', 'targetsRemoved'],
  ['PutRule', 'rewritten'],
  ['PutTargets', 'rewritten'],
]);

/** The calls that may be about a rule of the guard. */
export const RULE_CALLS: readonly string[] = [...STEPS.keys()];
