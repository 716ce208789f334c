import ipaddr from 'ipaddr.js';
import type { Narrowing } from '../core/allowlist/allowlist.ts';
import { readAddressBlock } from './narrowing-check.ts';

/** Decides whether every call that meets `narrow` certainly meets `wide` too. No narrowing at all is met by every call. */
export function coversNarrowing(wide: Narrowing = {}, narrow: Narrowing = {}): boolean {
  return (
    coversValues(wide.sourceIp, narrow.sourceIp, coversBlock) &&
    coversValues(wide.vpcEndpoint, narrow.vpcEndpoint, isSame) &&
    coversValues(wide.qualifier, narrow.qualifier, isSame) &&
    coversValues(wide.invokedBy, narrow.invokedBy, isSame)
  );
}

function coversValues(
  wide: readonly string[] | undefined,
  narrow: readonly string[] | undefined,
  covers: (outer: string, inner: string) => boolean,
): boolean {
  if (wide === undefined) return true;
  return narrow?.every((inner) => wide.some((outer) => covers(outer, inner))) === true;
}

function isSame(outer: string, inner: string): boolean {
  return outer === inner;
}

function coversBlock(outer: string, inner: string): boolean {
  const [wide, narrow] = [readAddressBlock(outer), readAddressBlock(inner)];
  if (wide.kind !== 'block' || narrow.kind !== 'block' || wide.prefixLength > narrow.prefixLength)
    return false;
  if (wide.address instanceof ipaddr.IPv4) {
    return narrow.address instanceof ipaddr.IPv4 && narrow.address.match(wide.address, wide.prefixLength);
  }
  return narrow.address instanceof ipaddr.IPv6 && narrow.address.match(wide.address, wide.prefixLength);
}
