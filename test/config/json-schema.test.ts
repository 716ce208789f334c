import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { load } from 'js-yaml';
import * as z from 'zod';
import { composeJsonSchema } from '../../config/json-schema.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FIX = 'run `npm run build`, then copy dist/invokeguard.schema.json over it and format it';

describe('the JSON Schema of the allowlist file', () => {
  it('is what stands in the checkout', () => {
    const committed: unknown = JSON.parse(readFileSync(resolve(ROOT, 'invokeguard.schema.json'), 'utf8'));
    expect({ FIX, schema: committed }).toEqual({ FIX, schema: composeJsonSchema() });
  });

  it('takes the example as an editor reads it, with numbers and dates as YAML has them', () => {
    const schema = z.fromJSONSchema(composeJsonSchema());
    const example = load(readFileSync(resolve(ROOT, 'invokeguard.yaml'), 'utf8'));
    expect(schema.safeParse(example)).toMatchObject({ success: true });
    expect(schema.safeParse({ ...(example as object), moed: 'observe' })).toMatchObject({ success: false });
    const withNumber = { version: 1, functions: [{ name: 'a', invokers: [{ account: 111122223333 }] }] };
    expect(schema.safeParse(withNumber)).toMatchObject({ success: true });
    const withService = { version: 1, functions: [], breakGlass: [{ service: 's3.amazonaws.com' }] };
    expect(schema.safeParse(withService)).toMatchObject({ success: false });
  });
});
