import * as fc from 'fast-check';
import { encodeJsonLine, printSafely } from '../../core/text.ts';

describe('printSafely', () => {
  it.each([
    ['an ANSI colour sequence', '\u001B[31mred\u001B[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['an eight-bit control sequence introducer', '\u009B2J', '\\u{9b}2J'],
    [
      'a line break that would forge a second line',
      'a\r\nVERDICT authorized',
      'a\\u{d}\\u{a}VERDICT authorized',
    ],
    ['a tab that would shift columns', 'a\tb', 'a\\u{9}b'],
    ['a right-to-left override', 'gnp\u202Eexe', 'gnp\\u{202e}exe'],
    ['a bidirectional isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['an invisible space inside a name', 'ad\u200Bmin', 'ad\\u{200b}min'],
    ['a Hangul filler, which shows as nothing', 'a\u3164b', 'a\\u{3164}b'],
    ['a tag character beyond the basic plane', 'a\u{E0041}b', 'a\\u{e0041}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['half a surrogate pair', 'a\uD800b', 'a\\u{d800}b'],
    ['the delete character', 'a\u007F', 'a\\u{7f}'],
  ])('writes out %s', (_what, text, expected) => {
    expect(printSafely(text)).toBe(expected);
  });

  it.each(['arn:aws:iam::111122223333:role/ci-deploy', 'Jürgen Ωmega 漢字 🙂', '', 'a\\b `c` "d"'])(
    'leaves the printable text %j alone',
    (text) => {
      expect(printSafely(text)).toBe(text);
    },
  );

  it('leaves nothing behind that a terminal acts on, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const codes = Array.from(printSafely(text), (character) => character.codePointAt(0)!);
        return codes.every(
          (code) => code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && !(code >= 0xd800 && code <= 0xdfff),
        );
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => printSafely(printSafely(text)) === printSafely(text),
      ),
    );
  });
});

describe('encodeJsonLine', () => {
  it('writes one printable line that reads back as the same value', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (value) => {
        const line = encodeJsonLine(value);
        expect(JSON.parse(line)).toEqual(value);
        expect(printSafely(line)).toBe(line);
      }),
    );
  });
});
