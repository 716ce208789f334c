import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml';
import { parseAllDocuments } from 'yaml';

/** Where a text fails to be YAML. Lines and columns are 1-based. */
export interface SyntaxFault {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The value of a YAML text, every scalar still text, or why it has none. */
export type YamlReading =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'fault'; readonly fault: SyntaxFault };

/** Longest text read, in characters. A longer allowlist could not be deployed beside the Lambda in any case. */
export const LONGEST_TEXT = 8_000_000;
const MOST_ALIASES = 1000;
const EXAMPLE = 'start with `version: 1` and `functions:`; docs/allowlist.md has an example';

/**
 * Reads YAML text with every scalar kept as text (the failsafe schema), so that an account id keeps its leading zeros
 * and a date stays what was written. One document, no tags, duplicate keys refused, aliases limited.
 * @see https://yaml.org/spec/1.2.2/#101-failsafe-schema
 */
export function parseYamlText(text: string): YamlReading {
  if (text.length > LONGEST_TEXT) {
    return faultAt(
      `the file has ${text.length} characters, expected at most ${LONGEST_TEXT}: use globs (\`orders-*\`) or anchors`,
      1,
      1,
    );
  }
  try {
    return { kind: 'value', value: load(text, { schema: FAILSAFE_SCHEMA, maxAliases: MOST_ALIASES }) };
  } catch (error) {
    if (error instanceof YAMLException) return explainFault(text, error);
    throw error;
  }
}

function explainFault(text: string, error: YAMLException): YamlReading {
  const { reason, mark } = error;
  if (reason.includes('input is empty')) {
    return faultAt(`the file is empty, expected an allowlist: ${EXAMPLE}`, 1, 1);
  }
  if (reason.includes('single document')) {
    const line = findSecondDocument(text);
    return faultAt('a second YAML document begins here, expected one: remove the `---` line', line, 1);
  }
  const line = (mark?.line ?? 0) + 1;
  const column = (mark?.column ?? 0) + 1;
  if (reason.includes('duplicated mapping key')) {
    return faultAt('the key on this line is already there, expected it once: merge the two', line, column);
  }
  if (reason.includes('tag !')) {
    return faultAt('a YAML tag (`!…`) stands here, expected a plain value: remove the tag', line, column);
  }
  if (reason.includes('complex keys')) {
    return faultAt('a list or map is used as a key here, expected a plain key', line, column);
  }
  return faultAt(`not readable as YAML: ${reason}; check indentation, quotes and colons here`, line, column);
}

function findSecondDocument(text: string): number {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const second = Array.isArray(documents) ? documents[1] : undefined;
  const end = second?.range[0] ?? 0;
  const before = text.slice(0, end).trimEnd();
  const marker = text.indexOf('---', Math.max(0, before.length - 3));
  return text.slice(0, marker < 0 ? end : marker).split('\n').length;
}

function faultAt(message: string, line: number, column: number): YamlReading {
  return { kind: 'fault', fault: { message, line, column } };
}
