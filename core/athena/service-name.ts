import { quoteText, type Sql } from './sql-text.ts';

/** A service principal of AWS's forms: the name, and the Region where it names one. As `relateServices` reads it. */
const PRINCIPAL = '([a-z0-9.-]+?)(?:[.]([a-z]{2}(?:-[a-z]+)+-[0-9]))?[.]amazonaws[.]com(?:[.]cn)?';
const WHOLE = new RegExp(`^${PRINCIPAL}$`);

/** The name and the Region of a service principal; `undefined` where it has none of AWS's forms. */
export function readServiceName(
  service: string,
): { readonly name: string; readonly region: string | undefined } | undefined {
  const [, name, region] = WHOLE.exec(service) ?? [];
  return name === undefined ? undefined : { name, region };
}

/** The same in SQL: one part of it, NULL where there is none. */
export function selectServiceName(service: Sql, part: 'name' | 'region'): Sql {
  return `regexp_extract(${service}, ${quoteText(`\\A${PRINCIPAL}\\z`)}, ${part === 'name' ? '1' : '2'})`;
}
