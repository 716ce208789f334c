import type { JsonObject } from '../json.ts';

/**
 * The start of a pattern that looks at records which name a function. Changes of a function (`UpdateFunctionCode`, …)
 * carry no `resources`, so that leaving out `InvokeExecution` (Lambda running what it accepted before) is enough here.
 */
export const NOT_EXECUTION: readonly JsonObject[] = [{ 'anything-but': { prefix: 'InvokeExecution' } }];

/** Wraps what a record has to look like into the event that EventBridge makes of it. */
export function composeEventPattern(detail: JsonObject): JsonObject {
  return { source: ['aws.lambda'], detail };
}

/** Characters of a value as compact JSON, which is what EventBridge counts. */
export function measure(value: unknown): number {
  return JSON.stringify(value).length;
}

/** Decides whether a pattern counts among the rules with wildcards, of which an event bus takes few. */
export function holdsWildcard(pattern: JsonObject): boolean {
  return JSON.stringify(pattern).includes('"wildcard":');
}
