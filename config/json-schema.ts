import * as z from 'zod';
import { WHOLE_FILE_SCHEMA } from './allowlist-schema.ts';

/**
 * Composes the JSON Schema (draft 2020-12) of the allowlist file, for editors: completion, hovers, and the shape of
 * every key. It knows less than `invokeguard check`, which also compares entries with each other.
 */
export function composeJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(WHOLE_FILE_SCHEMA, { io: 'input', reused: 'inline' });
  return {
    $schema,
    title: 'Invokeguard allowlist',
    description: 'Who may invoke which AWS Lambda function. Reference: docs/allowlist.md',
    ...rest,
  };
}
