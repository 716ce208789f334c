import type { JsonObject } from '../json.ts';
import { parsePolicy } from '../policy/document.ts';
import type { ChangeAction } from './change.ts';

const READING = /^lambda:(get|list)[a-z*]*$/i;
const INVOKING = /^lambda:invoke/i;

/**
 * The actions that a statement allows and that are neither a call nor a reading, as it writes them: whoever may change
 * a function may do as it may.
 */
export function listOtherActions(statement: JsonObject): readonly string[] {
  if (statement['Effect'] !== 'Allow') return [];
  const action = statement['Action'];
  const actions: readonly unknown[] = Array.isArray(action) ? action : [action];
  return actions.filter(
    (item): item is string => typeof item === 'string' && !READING.test(item) && !INVOKING.test(item),
  );
}

/** A statement that grants more than calls. Both texts are chosen by whoever wrote it. */
export interface OtherGrant {
  readonly sid: string | null;
  readonly actions: readonly string[];
}

/** The statements of a grant or of a whole policy that grant more than calls, which no containment takes away. */
export function findOtherGrants(action: ChangeAction): readonly OtherGrant[] {
  return listStatements(action).flatMap((statement) => {
    const actions = listOtherActions(statement);
    const sid = statement['Sid'];
    return actions.length === 0 ? [] : [{ sid: typeof sid === 'string' ? sid : null, actions }];
  });
}

function listStatements(action: ChangeAction): readonly JsonObject[] {
  if (action.kind === 'grant') return action.statement === null ? [] : [action.statement];
  if (action.kind !== 'policy') return [];
  const parsed = parsePolicy(action.policy);
  return parsed.kind === 'policy' ? parsed.policy.Statement : [];
}
