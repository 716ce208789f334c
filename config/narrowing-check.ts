import ipaddr from 'ipaddr.js';
import { findRoleCaller } from '../core/allowlist/role-callers.ts';
import { quote } from './problem.ts';
import { checkService, checkVariables, type ValueCheck } from './value-check.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A block of addresses in its one spelling, such as `203.0.113.0/24`, or why the text is none. */
export type AddressReading =
  | {
      readonly kind: 'block';
      readonly block: string;
      readonly address: Address;
      readonly prefixLength: number;
    }
  | { readonly kind: 'fault'; readonly message: string };

const EXPECTED =
  'expected an address such as `203.0.113.7` or a network such as `203.0.113.0/24`, IPv4 or IPv6';

/**
 * Reads `sourceIp`: one address, or a CIDR. Bits behind the prefix have to be zero, because IAM would take the whole
 * network where perhaps one address was meant.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
 */
export function readAddressBlock(text: string): AddressReading {
  const [start = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(start);
  if (address === undefined || rest.length > 0) return fault(`${quote(text)} is not an address, ${EXPECTED}`);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    return fault(
      `${quote(text)} is an IPv4 address in the form of IPv6, ${EXPECTED}: write the IPv4 address`,
    );
  }
  const most = address instanceof ipaddr.IPv4 ? 32 : 128;
  if (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix)) {
    return fault(`${quote(text)} has the prefix ${quote(prefix)}, expected a number from 0 to ${most}`);
  }
  const prefixLength = prefix === undefined ? most : Number(prefix);
  if (prefixLength > most) {
    return fault(`${quote(text)} has the prefix ${quote(prefix)}, expected a number from 0 to ${most}`);
  }
  const block = `${address.toString()}/${prefixLength}`;
  const network = findNetwork(block, address);
  if (network.toString() !== address.toString()) {
    return fault(
      `${quote(text)} has bits behind its prefix, expected a network: write ${quote(`${network.toString()}/${prefixLength}`)}, or ${quote(address.toString())} for the one address`,
    );
  }
  return { kind: 'block', block, address, prefixLength };
}

function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes('%') || !ipaddr.IPv6.isValid(text) ? undefined : ipaddr.IPv6.parse(text);
}

function findNetwork(block: string, address: Address): Address {
  return address instanceof ipaddr.IPv4
    ? ipaddr.IPv4.networkAddressFromCIDR(block)
    : ipaddr.IPv6.networkAddressFromCIDR(block);
}

function fault(message: string): AddressReading {
  return { kind: 'fault', message };
}

/** One address or network that a call may come from. */
export const checkAddressBlock: ValueCheck = (value) => {
  const reading = readAddressBlock(value);
  return reading.kind === 'fault' ? reading.message : undefined;
};

/** The id of an interface endpoint, in the long form or the older short one. */
export const checkVpcEndpoint: ValueCheck = (value) => {
  if (/^vpce-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value)) return undefined;
  const expected = 'expected the id of a VPC endpoint such as `vpce-0123456789abcdef0`';
  if (value.startsWith('vpce-svc-')) {
    return `${quote(value)} is an endpoint service, ${expected}: the endpoint that the caller uses has an id of its own`;
  }
  const lower = value.toLowerCase();
  if (lower !== value && checkVpcEndpoint(lower) === undefined) {
    return `${quote(value)} has capital letters, ${expected}: write ${quote(lower)}`;
  }
  return `${quote(value)} is not a VPC endpoint, ${expected}`;
};

/** A version, an alias or `$LATEST`. */
export const checkQualifier: ValueCheck = (value) => {
  const variables = checkVariables(value);
  if (variables !== undefined) return variables;
  if (value === '$LATEST' || /^([1-9]\d{0,17}|(?!\d+$)[A-Za-z0-9_-]{1,128})$/.test(value)) return undefined;
  const expected = 'expected a version such as `7`, an alias such as `live`, or `$LATEST`';
  if (value.toLowerCase() === '$latest') return `${quote(value)} is misspelt, ${expected}: write \`$LATEST\``;
  const last = value.split(':').at(-1) ?? '';
  const hint = value.includes(':') && checkQualifier(last) === undefined ? `: write ${quote(last)}` : '';
  return `${quote(value)} is not a qualifier, ${expected}${hint}`;
};

/** A service that uses a role: any service principal but those that Lambda polls. */
export const checkInvokedBy: ValueCheck = (value) => {
  const service = checkService(value);
  if (service !== undefined) return service;
  const row = findRoleCaller(value);
  if (row?.calls !== 'polledByLambda') return undefined;
  return `${quote(value)} uses no role to call, Lambda polls it: write an entry \`eventSourceMapping:\` with ${row.lookFor}`;
};
