import { Composer, type CST, type Document, Parser } from 'yaml';

/**
 * Parses a YAML file so that writing it again leaves comments where they were: the parser takes a comment above an entry
 * for one below the list of the entry before, if that list ends with a comment too. Here the column decides.
 * @param text a file with one document
 */
export function parseKeepingComments(text: string): Document {
  const tokens = [...new Parser().parse(text)];
  for (const token of tokens) if (token.type === 'document') liftComments(token.value);
  const [document] = new Composer().compose(tokens, true, text.length);
  if (document === undefined) throw new TypeError('a text without a document was not refused');
  return document;
}

/** Takes the comments from the end of a collection that stand left of it, and answers them for what comes after. */
function liftComments(token: CST.Token | null | undefined): readonly CST.SourceToken[] {
  if (token?.type !== 'block-map' && token?.type !== 'block-seq') return [];
  const items: { start: CST.SourceToken[]; key?: unknown; sep?: unknown; value?: CST.Token }[] = token.items;
  for (const [index, { value }] of items.entries()) {
    const lifted = liftComments(value);
    if (lifted.length === 0) continue;
    const next = items[index + 1];
    if (next === undefined) items.push({ start: [...lifted] });
    else next.start.unshift(...lifted);
  }
  const end = items.at(-1);
  if (end === undefined || 'key' in end || 'sep' in end || 'value' in end) return [];
  const { start } = end;
  const first = start.findIndex(({ type, indent }) => type === 'comment' && indent < token.indent);
  if (first < 0) return [];
  return start.splice(start[first - 1]?.type === 'space' ? first - 1 : first);
}
