import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml';
import { type Finding, splitPointer } from './problem.ts';

/** A place in the text, 1-based. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Tells where in the text a finding stands. */
export type Locator = (finding: Pick<Finding, 'pointer' | 'at'>) => TextPosition;

/**
 * Makes a locator for a YAML text. The syntax tree is built at the first question only: a file without faults never
 * pays for it. What the tree does not have is located at the nearest thing around it that it does have.
 */
export function createLocator(text: string): Locator {
  let tree: { readonly document: Document; readonly lines: LineCounter } | undefined;
  return (finding) => {
    if (tree === undefined) {
      const lines = new LineCounter();
      const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe', logLevel: 'silent' });
      tree = { document, lines };
    }
    const offset = findOffset(tree.document, finding);
    const { line, col } = tree.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}

function findOffset(document: Document, finding: Pick<Finding, 'pointer' | 'at'>): number {
  let node: unknown = document.contents;
  let offset = readOffset(node) ?? 0;
  for (const step of splitPointer(finding.pointer)) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (isMap(holder)) {
      const pair = holder.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step);
      if (pair === undefined) return offset;
      node = pair.value;
      // A list or map begins on a line of its own; the key tells a reader more.
      const useKey = finding.at === 'key' || isCollection(node) || readOffset(node) === undefined;
      offset = readOffset(useKey ? pair.key : node) ?? offset;
    } else if (isSeq(holder)) {
      node = holder.items[Number(step)];
      offset = readOffset(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function readOffset(node: unknown): number | undefined {
  if (!isScalar(node) && !isCollection(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}
