import ipaddr from 'ipaddr.js';
import { beUnsure, decideMatch, MATCH, type Match, NO_MATCH } from './match.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Decides whether an address lies in a CIDR block, IPv4 or IPv6.
 *
 * Without a prefix AWS documents `/32`, which fits IPv4 only: for IPv6, equal addresses match, and other addresses in
 * the same `/32` are unsure.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
 */
export function matchAddress(block: string, text: string): Match {
  const address = parseAddress(text);
  const [start = '', prefix, ...rest] = block.split('/');
  const network = parseAddress(start);
  const length = prefix === undefined ? 32 : readPrefix(prefix);
  if (address === undefined || network === undefined || length === undefined || rest.length > 0) {
    return beUnsure(`the address range \`${block}\`, compared with \`${text}\``);
  }
  if (address.kind() !== network.kind()) {
    const mapped = [address, network].some((one) => one instanceof ipaddr.IPv6 && one.isIPv4MappedAddress());
    return mapped ? beUnsure(`the address range \`${block}\`, compared with a mapped address`) : NO_MATCH;
  }
  if (length > (network.kind() === 'ipv4' ? 32 : 128)) return beUnsure(`the prefix of \`${block}\``);
  const inside =
    network instanceof ipaddr.IPv4
      ? address instanceof ipaddr.IPv4 && address.match(network, length)
      : address instanceof ipaddr.IPv6 && address.match(network, length);
  if (prefix !== undefined || network.kind() === 'ipv4') return decideMatch(inside);
  if (address.toString() === network.toString()) return MATCH;
  return inside ? beUnsure(`the IPv6 address \`${block}\` without a prefix`) : NO_MATCH;
}

function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes('%') || !ipaddr.IPv6.isValid(text) ? undefined : ipaddr.IPv6.parse(text);
}

function readPrefix(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}
