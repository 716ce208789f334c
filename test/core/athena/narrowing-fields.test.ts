import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { matchNarrowing } from '../../../core/allowlist/narrowing-match.ts';
import { PRIVATE_RANGES } from '../../../core/athena/narrowing-fields.ts';

const CALL = { requestParameters: 'present', qualifier: null, vpcEndpointId: null } as const;

/** What the core makes of an address where an endpoint is asked for: only a private one may be behind an endpoint. */
function isPrivateToCore(sourceIPAddress: string): boolean {
  const narrowing = { vpcEndpoint: ['vpce-0a1b'] };
  const caller = { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/a' } as const;
  return matchNarrowing(narrowing, caller, { ...CALL, sourceIPAddress }).kind === 'unsure';
}

function isPrivateToSql(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address instanceof ipaddr.IPv4) {
    return PRIVATE_RANGES['4'].some((range) => address.match(ipaddr.IPv4.parseCIDR(range)));
  }
  return PRIVATE_RANGES['6'].some((range) => address.match(ipaddr.IPv6.parseCIDR(range)));
}

/** Addresses in and right beside the ranges, and anywhere. */
function addressOf(range: string): fc.Arbitrary<ipaddr.IPv4 | ipaddr.IPv6> {
  const [start] = ipaddr.parseCIDR(range);
  return fc.array(fc.tuple(fc.nat(15), fc.nat(255)), { maxLength: 3 }).map((changes) => {
    const bytes = start.toByteArray();
    for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
    return ipaddr.fromByteArray(bytes);
  });
}

describe('addresses that networks use for themselves', () => {
  it.each([...PRIVATE_RANGES['4'], ...PRIVATE_RANGES['6'], '8.8.8.8/32', '2600::/16'])(
    'are the same to the SQL and to the core: %s',
    (range) => {
      fc.assert(
        fc.property(addressOf(range), (address) => {
          fc.pre(!(address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()));
          expect(isPrivateToSql(address)).toBe(isPrivateToCore(address.toString()));
        }),
        { numRuns: 300 },
      );
    },
  );
});
