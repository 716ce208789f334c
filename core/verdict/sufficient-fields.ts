import { isJsonObject, type JsonObject } from '../json.ts';

/**
 * Finds the fields that an answer was read from, by asking again without them: a field whose absence leaves the answer
 * as it was is left out, and what remains tells the answer on its own. So nothing about the order of reading has to be
 * known here. Fields that the record lacks are never among them.
 * @param fields dotted paths, the least telling first: where two say the same, the later one is kept
 * @param read what the answer is read with; answers are compared as JSON
 */
export function findSufficientFields(
  record: JsonObject,
  fields: readonly string[],
  read: (record: JsonObject) => unknown,
): readonly string[] {
  const answer = JSON.stringify(read(record));
  const kept: string[] = [];
  let rest = record;
  for (const field of fields) {
    const without = removeField(rest, field.split('.'));
    if (JSON.stringify(read(without)) === answer) rest = without;
    else kept.unshift(field);
  }
  return kept;
}

function removeField(object: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject {
  if (!Object.hasOwn(object, key)) return object;
  const child = object[key];
  if (rest.length > 0) return isJsonObject(child) ? { ...object, [key]: removeField(child, rest) } : object;
  const { [key]: _removed, ...others } = object;
  return others;
}
