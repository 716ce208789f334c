/** A piece of SQL that is put together from literals, names and templates of this folder only. */
export type Sql = string;

/**
 * Writes a text as a literal of Athena's SQL (Trino): between single quotes, a quote doubled. No other character means
 * anything there, the backslash included. This is the only way in which text that somebody else wrote gets into a query.
 *
 * The character NUL and halves of surrogate pairs, which engines may drop or replace, are left to the caller: a list is
 * written as JSON first, which escapes both.
 * @see https://trino.io/docs/current/language/types.html#varchar
 */
export function quoteText(text: string): Sql {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Writes a value as a literal that holds JSON: ASCII only, so that no engine and no transport can change it. */
export function quoteJson(value: unknown): Sql {
  const json = JSON.stringify(value).replaceAll(
    /[^\u0020-\u007e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return quoteText(json);
}

const NAME = /^[a-z_][a-z0-9_]{0,254}$/;

/** True for a name that Glue and Athena both take for a database or a table without changing it. */
export function isTableName(text: string): boolean {
  return NAME.test(text);
}

/** Writes the name of a database, table or column between double quotes, a quote doubled. */
export function quoteName(name: string): Sql {
  return `"${name.replaceAll('"', '""')}"`;
}
