import { isJsonObject, isNestedTooDeep, type JsonObject } from '../json.ts';

/**
 * One statement of a resource policy, kept exactly as it was read: people write policies by hand, so every field may
 * be missing, a string or a list, and fields that we do not know stay where they are.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html
 */
export type PolicyStatement = JsonObject;

/** A resource policy as JSON; `Statement` is always a list here. */
export interface PolicyDocument {
  readonly [key: string]: unknown;
  readonly Statement: readonly PolicyStatement[];
}

/** A policy that could be read, or why it could not. */
export type ParsedPolicy =
  | { readonly kind: 'policy'; readonly policy: PolicyDocument }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The longest policy that `PutResourcePolicy` takes, in characters. */
export const MAX_POLICY_CHARACTERS = 20_480;

/** Reads a policy from JSON text or from a value that was JSON; a single statement becomes a list of one. */
export function parsePolicy(input: unknown): ParsedPolicy {
  let value = input;
  if (typeof input === 'string') {
    try {
      value = JSON.parse(input);
    } catch {
      return { kind: 'unreadable', reason: 'the policy is not JSON' };
    }
  }
  if (!isJsonObject(value)) return { kind: 'unreadable', reason: 'the policy is not a JSON object' };
  if (isNestedTooDeep(value)) return { kind: 'unreadable', reason: 'the policy is nested deeper than any' };
  const statement = value['Statement'];
  const statements: readonly unknown[] = Array.isArray(statement)
    ? statement
    : statement === undefined
      ? []
      : [statement];
  if (!statements.every(isJsonObject)) {
    return { kind: 'unreadable', reason: 'the policy holds a statement that is not a JSON object' };
  }
  return { kind: 'policy', policy: { ...value, Statement: statements } };
}
