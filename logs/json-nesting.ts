/** How deep a cut of JSON text stands, kept from one piece of text to the next. */
export interface Nesting {
  /** Whether a `{` or `[` may come next. `noValue` means that JSON allows none here. */
  readonly expects: () => 'value' | 'noValue';
  readonly enter: (opening: string) => void;
  readonly leave: () => number;
  string: 'outside' | 'inside' | 'escaped';
  /** The last character outside strings that is not white space. */
  last: string;
}

/** A nesting before its document's first character. */
export function createNesting(): Nesting {
  const containers: string[] = [];
  const nesting: Nesting = {
    string: 'outside',
    last: '',
    enter: (opening) => {
      containers.push(opening);
    },
    leave: () => {
      containers.pop();
      return containers.length;
    },
    expects: () => {
      const inArray = containers.at(-1) === '[';
      const allowed = nesting.last === ':' || (inArray && (nesting.last === '[' || nesting.last === ','));
      return allowed ? 'value' : 'noValue';
    },
  };
  return nesting;
}

/**
 * Walks one line of a document and answers the index after the document's last character, or `undefined` where the
 * document goes on. Only brackets and strings are looked at: `JSON.parse` judges the rest.
 */
export function scanDocument(nesting: Nesting, line: string, from: number): number | undefined {
  for (let at = from; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (nesting.string === 'escaped') {
      nesting.string = 'inside';
    } else if (nesting.string === 'inside') {
      if (character === '\\') nesting.string = 'escaped';
      else if (character === '"') nesting.string = 'outside';
    } else if (character === '"') {
      nesting.string = 'inside';
      nesting.last = character;
    } else if (character === '{' || character === '[') {
      nesting.enter(character);
      nesting.last = character;
    } else if (character === '}' || character === ']') {
      nesting.last = character;
      if (nesting.leave() === 0) return at + 1;
    } else if (character > ' ') {
      nesting.last = character;
    }
  }
  // JSON has no line breaks inside strings: whatever string was open ends here, broken.
  nesting.string = 'outside';
  return undefined;
}
