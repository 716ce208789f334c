import { utf8ToBytes } from '@noble/hashes/utils.js';

/** As many from the start as take no more bytes than there is room for, escaped as they are in SNS's message. */
export function takeFitting<T>(
  values: readonly T[],
  room: number,
  write: (value: T) => string,
): readonly T[] {
  let bytes = 0;
  const end = values.findIndex((value) => {
    bytes += utf8ToBytes(JSON.stringify(write(value))).length;
    return bytes > room;
  });
  return end === -1 ? values : values.slice(0, end);
}
