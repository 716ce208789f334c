import { quoteText, type Sql } from './sql-text.ts';

/** A column that holds JSON as text, as JSON: NULL where it is none. What stands twice counts as it stands last. */
export function parseColumn(column: Sql): Sql {
  return `TRY(json_parse(${column}))`;
}

/** What kind of JSON a value is, by its first character: `{`, `[`, `"` or another. */
function firstCharacter(json: Sql): Sql {
  return `substr(json_format(${json}), 1, 1)`;
}

/** True where a value is an object; never NULL. */
export function isObject(json: Sql): Sql {
  return `COALESCE(${firstCharacter(json)} = '{', false)`;
}

/**
 * The text at a path of keys, as `asText` reads it: NULL for an empty text and for everything that is no text.
 * @param keys names of our own, never of somebody else's
 */
export function selectText(json: Sql, ...keys: readonly string[]): Sql {
  const path = quoteText(`$.${keys.join('.')}`);
  const value = `json_extract(${json}, ${path})`;
  return `NULLIF(CASE WHEN ${firstCharacter(value)} = '"' THEN json_extract_scalar(${json}, ${path}) END, '')`;
}

/** A column of text as `asText` reads it. */
export function selectColumn(column: Sql): Sql {
  return `NULLIF(${column}, '')`;
}

/** The objects of a list, or the one object that stands there without its list. */
export function selectObjects(json: Sql): Sql {
  return `CASE ${firstCharacter(json)} WHEN '[' THEN CAST(${json} AS array(json)) WHEN '{' THEN ARRAY[${json}] ELSE ARRAY[] END`;
}
