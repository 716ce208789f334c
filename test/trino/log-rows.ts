import { LOG_COLUMNS } from '../../core/athena/log-table.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { openEnvelope } from '../../core/record/envelope.ts';

/** One row of the table: texts, in the order of `LOG_COLUMNS`. */
export type LogRow = readonly (string | null)[];

/** Columns whose fields CloudTrail writes as an object or an array. */
const NESTED = new Set([
  'useridentity',
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'resources',
  'tlsdetails',
]);

/** Columns whose fields CloudTrail writes as a text, and from which the core reads. */
const TEXTS = new Set([
  'eventid',
  'eventtime',
  'eventsource',
  'eventname',
  'awsregion',
  'recipientaccountid',
  'sourceipaddress',
  'useragent',
  'vpcendpointid',
  'errorcode',
]);

/**
 * Reads a record as the OpenX JSON SerDe does for columns of text: field names without regard to case, nested values as
 * their JSON, everything else as its text.
 */
export function readLogRow(record: JsonObject): LogRow {
  const fields = new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
  return LOG_COLUMNS.map((column) => {
    const value = fields.get(column);
    if (value === undefined || value === null) return null;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/**
 * Whether text columns can hold all that the core sees of a record: a number where CloudTrail writes a text, JSON in
 * quotes where it writes an object, and two fields that differ in case only look like what they are not. The bucket of
 * a trail holds bare records, none in an envelope. A time in another form than CloudTrail's is none to the SQL, while
 * `Date.parse` reads many.
 */
export function isTellable(record: unknown): record is JsonObject {
  if (!isJsonObject(record)) return false;
  const opened = openEnvelope(record);
  if (opened.kind === 'rejected' || opened.record !== record) return false;
  if (!isTimeTellable(record['eventTime'])) return false;
  const keys = Object.keys(record).filter(
    (key) => TEXTS.has(key.toLowerCase()) || NESTED.has(key.toLowerCase()),
  );
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) return false;
  return keys.every((key) => {
    const value = record[key];
    if (value === null) return true;
    if (NESTED.has(key.toLowerCase())) return typeof value !== 'string' || !/^\s*[[{]/.test(value);
    return typeof value === 'string';
  });
}

function isTimeTellable(time: unknown): boolean {
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return true;
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(time) &&
    new Date(time).toISOString().startsWith(time.slice(0, 19))
  );
}
