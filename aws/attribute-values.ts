import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** One item of a table, as the low-level client answers it. */
export type Item = Record<string, AttributeValue>;

/** A string attribute. */
export function writeText(text: string): AttributeValue {
  return { S: text };
}

/** A whole number attribute. */
export function writeNumber(value: number): AttributeValue {
  return { N: String(Math.trunc(value)) };
}

const DAY_SECONDS = 86_400;

/** The attribute by which an item expires, so many days after an instant in epoch milliseconds: epoch seconds. */
export function writeExpiry(fromMs: number, days: number): AttributeValue {
  return writeNumber(Math.ceil(fromMs / 1000) + days * DAY_SECONDS);
}

/** The string under a name, or `undefined` where there is none. */
export function readItemText(item: Item | undefined, name: string): string | undefined {
  return item?.[name]?.S;
}

/** The number under a name, or `undefined` where there is none. */
export function readItemNumber(item: Item | undefined, name: string): number | undefined {
  const text = item?.[name]?.N;
  return text === undefined ? undefined : Number(text);
}
