import { isJsonObject } from '../json.ts';
import type { PolicyDocument, PolicyStatement } from './document.ts';

/**
 * Writes a statement so that two statements with the same meaning read the same, whatever AWS did to them when it
 * stored them: a 12-digit account becomes its root ARN, repeated values collapse, one-item lists become strings, and
 * the case of actions and of condition keys does not matter. The Sid is part of the form.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function canonicalizeStatement(statement: PolicyStatement): string {
  return writeForm(statement, 'withSid');
}

/** The canonical form of what a statement says, without the name that it carries. */
export function canonicalizeContent(statement: PolicyStatement): string {
  return writeForm(statement, 'withoutSid');
}

/**
 * Writes a whole policy canonically. The order of statements has no meaning, nor has a repeated statement, and a
 * missing `Version` is 2008-10-17.
 */
export function canonicalizePolicy(policy: PolicyDocument): string {
  const statements = [...new Set(policy.Statement.map(canonicalizeStatement))].sort();
  const rest = Object.entries(policy)
    .filter(([key]) => key !== 'Statement' && key !== 'Version')
    .map(([key, value]) => [key, orderValue(value)]);
  return JSON.stringify([policy['Version'] ?? '2008-10-17', rest.sort(compareText), statements]);
}

/** Decides whether two policies mean the same. No policy and a policy without statements do. */
export function policiesMeanSame(left: PolicyDocument | null, right: PolicyDocument | null): boolean {
  const leftEmpty = left === null || left.Statement.length === 0;
  const rightEmpty = right === null || right.Statement.length === 0;
  if (leftEmpty || rightEmpty) return leftEmpty === rightEmpty;
  return canonicalizePolicy(left) === canonicalizePolicy(right);
}

function writeForm(statement: PolicyStatement, sid: 'withSid' | 'withoutSid'): string {
  const parts: [string, unknown][] = [];
  for (const [name, value] of Object.entries(statement)) {
    if (value === undefined || (name === 'Sid' && (sid === 'withoutSid' || value === ''))) continue;
    parts.push([name, orderElement(name, value)]);
  }
  return JSON.stringify(parts.sort(compareText));
}

function orderElement(name: string, value: unknown): unknown {
  switch (name) {
    case 'Action':
    case 'NotAction':
      return orderList(value, (text) => text.toLowerCase());
    case 'Resource':
    case 'NotResource':
      return orderList(value, (text) => text);
    case 'Principal':
    case 'NotPrincipal':
      return orderPrincipal(value);
    case 'Condition':
      return orderCondition(value);
    default:
      return orderValue(value);
  }
}

/** `"*"` and `{"AWS": "*"}` mean the same; an account is written by its twelve digits. */
function orderPrincipal(value: unknown): unknown {
  const types = value === '*' ? { AWS: '*' } : value;
  if (!isJsonObject(types)) return orderValue(types);
  return Object.entries(types)
    .map(([type, names]) => [type, orderList(names, type === 'AWS' ? shortenRootArn : (text) => text)])
    .sort(compareText);
}

function shortenRootArn(text: string): string {
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(text)?.[1] ?? text;
}

/** One line for each operator and key, so that keys that differ only in case never overwrite each other. */
function orderCondition(value: unknown): unknown {
  if (!isJsonObject(value)) return orderValue(value);
  const lines: string[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!isJsonObject(keys)) {
      lines.push(JSON.stringify([operator, orderValue(keys)]));
      continue;
    }
    const flag = /(^|:)(Bool|Null)(IfExists)?$/.test(operator);
    for (const [key, values] of Object.entries(keys)) {
      const list = orderList(values, (text) => (flag ? text.toLowerCase() : text));
      lines.push(JSON.stringify([operator, key.toLowerCase(), list]));
    }
  }
  return lines.sort();
}

/** A value or a list of values as a sorted list without repetitions; numbers and booleans are what AWS makes of them. */
function orderList(value: unknown, write: (text: string) => string): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const written = items.map((item) => {
    if (typeof item === 'string') return write(item);
    if (typeof item === 'number' || typeof item === 'boolean') return write(String(item));
    return JSON.stringify([orderValue(item)]);
  });
  return [...new Set(written)].sort();
}

/** Any other JSON value with its object keys in order. */
function orderValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(orderValue);
  if (!isJsonObject(value)) return value;
  return Object.entries(value)
    .map(([key, item]) => [key, orderValue(item)])
    .sort(compareText);
}

function compareText(left: readonly unknown[], right: readonly unknown[]): number {
  const a = String(left[0]);
  const b = String(right[0]);
  return a < b ? -1 : a > b ? 1 : 0;
}
