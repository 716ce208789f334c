import { asObject, isNestedTooDeep, type JsonObject } from '../json.ts';

/**
 * The statement that Lambda answered to AddPermission, as JSON text or as an object; `undefined` where the call failed or
 * the answer is no statement.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html#API_AddPermission_ResponseSyntax
 */
export function readAnsweredStatement(record: JsonObject): JsonObject | undefined {
  const answered = asObject(record['responseElements'])?.['statement'];
  const statement = typeof answered === 'string' ? parseObject(answered) : asObject(answered);
  return isNestedTooDeep(statement) ? undefined : statement;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
