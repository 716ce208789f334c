import type { PolicyStatement } from '../policy/document.ts';
import { quoteText } from './quotation.ts';

const STATEMENT_CHARACTERS = 4_000;

/** Writes removed and added statements as a diff, one statement a line, for people. */
export function composePolicyDiff(
  removed: readonly PolicyStatement[],
  added: readonly PolicyStatement[],
): readonly string[] {
  return [
    ...removed.map((statement) => `- ${printStatement(statement)}`),
    ...added.map((statement) => `+ ${printStatement(statement)}`),
  ];
}

/** JSON escapes control characters itself; what is left to do is to keep one statement from filling the alert. */
function printStatement(statement: PolicyStatement): string {
  const text = JSON.stringify(statement);
  return text.length <= STATEMENT_CHARACTERS ? text : quoteText(text);
}
