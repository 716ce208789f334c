import * as fc from 'fast-check';
import { findEntryOverlaps } from '../../config/entry-overlap.ts';
import type { Findings } from '../../config/shape-reader.ts';
import type { InvokerEntry } from '../../core/allowlist/allowlist.ts';

const account = fc.constantFrom('111122223333', '444455556666');
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 });
const entry: fc.Arbitrary<InvokerEntry> = fc
  .oneof(
    fc.tuple(account, pattern).map(([owner, text]) => ({
      kind: 'role' as const,
      role: `arn:aws:iam::${owner}:role/${text}`,
    })),
    fc.tuple(account, pattern).map(([owner, text]) => ({
      kind: 'user' as const,
      user: `arn:aws:iam::${owner}:user/${text}`,
    })),
    account.map((owner) => ({ kind: 'account' as const, account: owner })),
    pattern.map((text) => ({
      kind: 'service' as const,
      service: 's3.amazonaws.com',
      sourceArn: `arn:aws:s3:::${text}`,
    })),
    fc.constant({ kind: 'service' as const, service: 's3.amazonaws.com' }),
  )
  .map((one) => ({ ...one, pointer: '' }));
const longList = fc
  .uniqueArray(entry, { minLength: 20, maxLength: 30, selector: (one) => JSON.stringify(one) })
  .map((entries) => entries.map((one, index) => ({ ...one, pointer: `/${index}` })));

function listPointless(entries: readonly InvokerEntry[]): readonly string[] {
  const findings: Findings = { problems: [], warnings: [] };
  findEntryOverlaps(entries, [], findings);
  return findings.warnings.map(({ pointer }) => pointer);
}

describe('findEntryOverlaps', () => {
  it('tells of a long list what it tells of each two entries of it alone', () => {
    fc.assert(
      fc.property(longList, (entries) => {
        const inPairs = entries.filter((one) =>
          entries.some((other) => other !== one && listPointless([one, other]).includes(one.pointer)),
        );
        expect(listPointless(entries)).toEqual(inPairs.map(({ pointer }) => pointer));
      }),
      { numRuns: 200 },
    );
  });
});
