import { narrateText } from '../../lab/narration.ts';

describe('the narration', () => {
  function narrate(look: 'colour' | 'plain'): string {
    let text = '';
    let now = 1_000;
    const narrator = narrateText(
      (part) => {
        text += part;
      },
      look,
      () => now,
    );
    now += 2_500;
    narrator.begin('Deploy');
    narrator.tell('REAL', 'it ran');
    narrator.show('- old\n+ new');
    return text;
  }

  it('names the origin of every line, and the seconds since the start', () => {
    expect(narrate('plain')).toBe(
      ['', '1. Deploy  2.5 s', '   REAL      it ran', '             - old', '             + new', ''].join(
        '\n',
      ),
    );
  });

  it('writes no control characters where nobody watches a terminal', () => {
    expect(narrate('plain')).not.toContain('\u001b');
    expect(narrate('colour')).toContain('\u001b[31m- old');
  });
});
