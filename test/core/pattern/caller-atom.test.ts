import type { InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { readAtom } from '../../../core/pattern/caller-atom.ts';
import cases from '../../cases/pattern/entries.json' with { type: 'json' };

test.each(cases)('$name', ({ entry, expected }) => {
  const reading = readAtom({ pointer: '/functions/0/invokers/0', ...entry } as unknown as InvokerEntry);
  const told = reading.kind === 'atom' ? { kind: 'atom', key: reading.atom.key } : reading;
  expect(told).toEqual(expected);
});
