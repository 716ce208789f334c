import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { identifyCaller } from '../../core/caller/caller.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { parseInvocation } from '../../core/record/invocation.ts';
import { type Decision, decideInvocation } from '../../core/verdict/decision.ts';

/** What the core makes of a record, for holding patterns against it. */
export type Judgement =
  | { readonly kind: 'judged'; readonly decision: Decision }
  /** No call to judge: another event, Lambda running what it accepted before, or one of the guard's own functions. */
  | { readonly kind: 'ignored' };

/** Judges a record as the remediator does, without anything learnt of event source mappings. */
export function judgeRecord(record: JsonObject, allowlist: Allowlist, exclude: readonly string[]): Judgement {
  const parsed = parseInvocation(record);
  if (parsed.kind !== 'invocation') return { kind: 'ignored' };
  if (parsed.functionArn !== null && exclude.includes(parsed.functionArn)) return { kind: 'ignored' };
  return { kind: 'judged', decision: decideInvocation(parsed, identifyCaller(parsed), allowlist) };
}

/**
 * Holds one record against the patterns' law, given whether any of them matches it. Answers what is broken, or null:
 * what the core calls unauthorized or undetermined is matched; a call of an excluded function never is.
 */
export function breaksPatternLaw(
  record: JsonObject,
  judgement: Judgement,
  exclude: readonly string[],
  matched: boolean,
): string | null {
  if (judgement.kind === 'judged') {
    const { verdict } = judgement.decision;
    const asksForLook = verdict === 'unauthorized' || verdict === 'undetermined';
    return asksForLook && !matched ? `no pattern matches a record that is ${verdict}` : null;
  }
  return matched && namesOnly(record, exclude) ? 'a pattern matches a function that is excluded' : null;
}

/** True for a record whose only resource is an excluded function, written as CloudTrail writes it. */
function namesOnly(record: JsonObject, exclude: readonly string[]): boolean {
  const { resources } = record;
  const [only, ...others]: readonly unknown[] = Array.isArray(resources) ? resources : [];
  if (others.length > 0 || !isJsonObject(only) || Object.hasOwn(only, 'arn')) return false;
  return typeof only['ARN'] === 'string' && exclude.includes(only['ARN']);
}
