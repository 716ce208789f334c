import * as fc from 'fast-check';
import type { InvokerEntry, Narrowing } from '../../../core/allowlist/allowlist.ts';
import { matchEntry } from '../../../core/allowlist/invoker-match.ts';
import { matchNarrowing, type NarrowedFields } from '../../../core/allowlist/narrowing-match.ts';
import type { Caller } from '../../../core/caller/caller.ts';
import { anyCaller, invokerEntry } from '../../arbitraries/policy-world.ts';

const ENDPOINT = 'vpce-0aaaaaaaaaaaaaaaa';

const call: fc.Arbitrary<NarrowedFields> = fc.record({
  requestParameters: fc.constantFrom('present' as const, 'omitted' as const),
  qualifier: fc.constantFrom(null, '$LATEST', 'live', '7'),
  sourceIPAddress: fc.constantFrom(
    null,
    '203.0.113.7',
    '10.0.0.7',
    '2001:db8::1',
    'AWS Internal',
    'states.amazonaws.com',
    '203.0.113.7/24',
    '',
  ),
  vpcEndpointId: fc.constantFrom(null, ENDPOINT, 'vpce-0bbbbbbbbbbbbbbbb'),
});

function match(entry: InvokerEntry, caller: Caller, made: NarrowedFields): string {
  return matchEntry(entry, caller, made, new Map()).kind;
}

describe('a narrowed entry', () => {
  it('lists no call that the same entry without narrowing does not list', () => {
    fc.assert(
      fc.property(invokerEntry(), anyCaller(), call, (entry, caller, made) => {
        const { narrowing: _, ...whole } = entry;
        if (match(entry, caller, made) === 'match') expect(match(whole, caller, made)).toBe('match');
        if (match(whole, caller, made) === 'noMatch') expect(match(entry, caller, made)).toBe('noMatch');
      }),
      { numRuns: 5000 },
    );
  });

  it('never blames a listed call for what its record lacks', () => {
    const lost: Partial<NarrowedFields>[] = [
      { requestParameters: 'omitted', qualifier: null },
      { sourceIPAddress: null, vpcEndpointId: null },
      { sourceIPAddress: 'AWS Internal', vpcEndpointId: null },
      { sourceIPAddress: null },
    ];
    fc.assert(
      fc.property(
        invokerEntry(),
        anyCaller(),
        call,
        fc.constantFrom(...lost),
        (entry, caller, made, less) => {
          if (match(entry, caller, made) !== 'match') return;
          expect(match(entry, caller, { ...made, ...less })).not.toBe('noMatch');
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

describe('matchNarrowing', () => {
  const CI: Caller = { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/ci' };
  const from = (sourceIPAddress: string): NarrowedFields => ({
    requestParameters: 'present',
    qualifier: null,
    sourceIPAddress,
    vpcEndpointId: null,
  });

  it.each([
    ['a public address', '8.8.8.8', 'unmet'],
    ['a public IPv6 address', '2600:1f18::1', 'unmet'],
    ['a private address', '172.16.0.9', 'unsure'],
    ['an address of a carrier, which a VPC may use', '100.64.0.9', 'unsure'],
    ['a unique local IPv6 address', 'fd00::9', 'unsure'],
    ['a service', 'states.amazonaws.com', 'unsure'],
  ])('tells from %s whether a call without endpoint may have come through one', (_what, address, kind) => {
    const narrowing: Narrowing = { vpcEndpoint: [ENDPOINT] };
    expect(matchNarrowing(narrowing, CI, from(address)).kind).toBe(kind);
  });
});
