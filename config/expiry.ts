import { quote } from './problem.ts';

/** A point in time as the file gives it, made canonical, or why it is none. */
export type ExpiryReading =
  | { readonly kind: 'instant'; readonly instant: string }
  | { readonly kind: 'fault'; readonly message: string };

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?( ?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;
const EXPECTED =
  'expected a date such as `2027-01-31` or a time with its zone such as `2027-01-31T18:00:00Z`';

/**
 * Reads `expires`. A bare date means 00:00 UTC on that day, as YAML's own timestamp type has it; a time needs a zone,
 * because a time without one means something else on every machine. The answer is ISO-8601 in UTC with milliseconds.
 * @see https://yaml.org/type/timestamp.html
 */
export function readExpiry(text: string): ExpiryReading {
  if (DATE.test(text)) return resolveInstant(text, `${text}T00:00:00Z`);
  const parts = DATE_TIME.exec(text);
  if (parts === null) return { kind: 'fault', message: `${quote(text)} is not a date, ${EXPECTED}` };
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '00', zone] = parts;
  if (zone === undefined) {
    const fixed = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
    return {
      kind: 'fault',
      message: `${quote(text)} has no time zone, expected one at the end: write ${quote(fixed)} if you mean UTC`,
    };
  }
  const fraction = /\.\d+/.exec(text)?.[0].slice(0, 4) ?? '';
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone.trim().toUpperCase()}`;
  return resolveInstant(text, iso);
}

function resolveInstant(text: string, iso: string): ExpiryReading {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms) || !isCalendarDay(iso)) {
    return { kind: 'fault', message: `${quote(text)} is not a day of the calendar, ${EXPECTED}` };
  }
  return { kind: 'instant', instant: new Date(ms).toISOString() };
}

/** `Date.parse` takes 30 February for 2 March; the calendar does not. */
function isCalendarDay(iso: string): boolean {
  const day = iso.slice(0, 10);
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === day;
}
