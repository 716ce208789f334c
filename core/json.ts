/** A JSON object whose values are not yet known. */
export type JsonObject = { readonly [key: string]: unknown };

/** Narrows an unknown value to a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own text under a key; empty and non-text values count as absent. */
export function readText(object: JsonObject | undefined, key: string): string | undefined {
  const value = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The object's own object under a key, or `undefined`. */
export function readObject(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : undefined;
}

/**
 * The value as text, or null; empty and non-text values count as absent. For paths that run for every record: a
 * property that is named in the code itself is found several times as fast as by `readText`.
 */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The value as an object, or `undefined`. */
export function asObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** Far more than any policy or record needs, and far less than recursion can take. */
const MAX_LEVELS = 64;

/**
 * Decides whether objects and lists stand in each other deeper than anything of AWS has them: whoever calls an API may
 * send such JSON, and functions that go down into it would run out of stack.
 */
export function isNestedTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_LEVELS) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
