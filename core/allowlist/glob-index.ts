import { matchWildcard } from '../arn.ts';

/** One filed glob and what it stands for. */
export interface Filed<Item> {
  readonly glob: string;
  readonly item: Item;
  /** Its place among all that were filed: the first has 0. */
  readonly order: number;
}

/** Where a literal piece of a glob has to stand in every text that the glob matches. */
type Place = 'start' | 'end' | 'anywhere';

interface Piece {
  readonly place: Place;
  readonly text: string;
}

/** Globs by one literal piece of each. For every length that pieces have, the globs under their piece. */
type Shelf<Item> = ReadonlyMap<number, ReadonlyMap<string, readonly Filed<Item>[]>>;

/** Globs, filed so that few of them have to be compared with a text. */
export interface GlobIndex<Item> {
  readonly start: Shelf<Item>;
  readonly end: Shelf<Item>;
  readonly anywhere: Shelf<Item>;
}

/**
 * Files globs (`*` any run, `?` one character) by a literal piece that a matching text must hold: the one that the
 * fewest of them have, so that thousands of globs with the same beginning are told apart by what differs. Looking up
 * then costs as much as the text is long, and grows only with the globs that share their rarest piece.
 */
export function indexGlobs<Item>(globs: Iterable<readonly [glob: string, item: Item]>): GlobIndex<Item> {
  const filed = [...globs].map(([glob, item], order) => ({ glob, item, order }));
  const counts = new Map<string, number>();
  for (const { glob } of filed) {
    for (const { text } of cutPieces(glob)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const index = { start: new Map(), end: new Map(), anywhere: new Map() } satisfies Record<
    Place,
    Map<number, Map<string, Filed<Item>[]>>
  >;
  for (const one of filed) {
    const { place, text } = findRarestPiece(one.glob, counts);
    const shelf: Map<number, Map<string, Filed<Item>[]>> = index[place];
    const ofLength = shelf.get(text.length) ?? new Map<string, Filed<Item>[]>();
    shelf.set(text.length, ofLength);
    const bucket = ofLength.get(text);
    if (bucket === undefined) ofLength.set(text, [one]);
    else bucket.push(one);
  }
  return index;
}

/** The literal pieces between wildcards. A glob without any has one empty piece, which stands in every text. */
function cutPieces(glob: string): readonly Piece[] {
  const texts = glob.split(/[*?]+/);
  const last = texts.length - 1;
  const pieces = texts.flatMap((text, at): readonly Piece[] =>
    text === '' ? [] : [{ place: at === 0 ? 'start' : at === last ? 'end' : 'anywhere', text }],
  );
  return pieces.length > 0 ? pieces : [{ place: 'start', text: '' }];
}

/** Of pieces that are equally rare the longest, because the fewest other texts hold it; else the first. */
function findRarestPiece(glob: string, counts: ReadonlyMap<string, number>): Piece {
  const measure = ({ text }: Piece): number => counts.get(text) ?? 0;
  return cutPieces(glob).reduce((best, piece) => {
    const difference = measure(piece) - measure(best);
    return difference < 0 || (difference === 0 && piece.text.length > best.text.length) ? piece : best;
  });
}

/**
 * Lists the filed globs that match a text, in no particular order. A text may itself be a pattern: its wildcards then
 * stand for themselves, so that only the wildcards of the filed globs take them.
 */
export function listMatches<Item>(index: GlobIndex<Item>, text: string): readonly Filed<Item>[] {
  const matches: Filed<Item>[] = [];
  const collect = (bucket: readonly Filed<Item>[] | undefined): void => {
    for (const one of bucket ?? []) if (matchWildcard(one.glob, text)) matches.push(one);
  };
  for (const [length, shelf] of index.start) {
    if (length <= text.length) collect(shelf.get(text.slice(0, length)));
  }
  for (const [length, shelf] of index.end) {
    if (length <= text.length) collect(shelf.get(text.slice(text.length - length)));
  }
  for (const [length, shelf] of index.anywhere) {
    // A piece that stands in the text twice must not list its globs twice.
    const held = new Set<string>();
    for (let at = 0; at + length <= text.length; at += 1) held.add(text.slice(at, at + length));
    for (const piece of held) collect(shelf.get(piece));
  }
  return matches;
}
