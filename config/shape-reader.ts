import type * as z from 'zod';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { describeIssue, describeUnknownKey } from './issue-message.ts';
import { extendPointer, type Finding, quote } from './problem.ts';

/** Collects what is found while a file is read, so that everything can be told at once. */
export interface Findings {
  readonly problems: Finding[];
  readonly warnings: Finding[];
}

/**
 * Reads one map of the file by its schema. Every unknown key and every wrong value becomes a problem of its own; the
 * answer is `undefined` if there was one.
 */
export function readShape<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  value: unknown,
  pointer: string,
  findings: Findings,
): z.output<z.ZodObject<Shape, z.core.$strict>> | undefined {
  if (!isPlainMap(value)) {
    findings.problems.push({
      pointer,
      at: 'value',
      message: `${quote(value)} stands where a map belongs, expected keys and values: ${listKeys(schema)}`,
    });
    return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) reportIssue(issue, value, pointer, listKeyNames(schema), findings);
  return undefined;
}

/** True for a map as parsers make it; a `Date` or a construct given by a CDK app is none. */
export function isPlainMap(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function reportIssue(
  issue: z.core.$ZodIssue,
  root: JsonObject,
  pointer: string,
  rootKeys: readonly string[],
  findings: Findings,
): void {
  const place = issue.path.reduce<string>((at, step) => extendPointer(at, String(step)), pointer);
  if (issue.code === 'unrecognized_keys') {
    // Nested maps (`trail`, `alerts`) have one key each.
    const first = issue.path[0];
    const known = first === undefined ? rootKeys : first === 'trail' ? ['functions'] : ['emails'];
    for (const key of issue.keys) {
      findings.problems.push({
        pointer: extendPointer(place, key),
        at: 'key',
        message: describeUnknownKey(key, known),
      });
    }
    return;
  }
  const key = issue.path.findLast((step) => typeof step === 'string') ?? '';
  const value = readPath(root, issue.path);
  findings.problems.push({ pointer: place, at: 'value', message: describeIssue(issue, value, key) });
}

function readPath(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return value;
}

function listKeyNames(schema: z.ZodObject): readonly string[] {
  return Object.keys(schema.shape);
}

function listKeys(schema: z.ZodObject): string {
  return listKeyNames(schema)
    .map((key) => `\`${key}\``)
    .join(', ');
}
