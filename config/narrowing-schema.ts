import * as z from 'zod';
import { checkAddressBlock, checkInvokedBy, checkQualifier, checkVpcEndpoint } from './narrowing-check.ts';
import type { ValueCheck } from './value-check.ts';

/** One value, or a list of them, each of which a check must find in order. Versions may be written as numbers. */
function oneOrMore(
  check: ValueCheck,
  meta: { description: string; examples: (string | string[])[] },
): z.ZodType<string | number | readonly (string | number)[]> {
  const single = z.union([z.string(), z.int()]);
  return z
    .union([single, z.array(single)])
    .check((context) => {
      const { value: given, issues } = context;
      const values: readonly (string | number)[] = Array.isArray(given) ? given : [given];
      if (values.length === 0) {
        issues.push({ code: 'custom', message: EMPTY_LIST, input: given });
      }
      for (const [index, value] of values.entries()) {
        const message = check(String(value));
        const path = Array.isArray(given) ? { path: [index] } : {};
        if (message !== undefined) issues.push({ code: 'custom', message, input: value, ...path });
      }
    })
    .meta(meta);
}

const EMPTY_LIST = 'the list is empty, expected one value or more: fill it in or remove the key';

/** Versions and aliases that a call may name. */
export const qualifier = oneOrMore(checkQualifier, {
  description: 'Versions or aliases that may be called; $LATEST stands for a call without one too.',
  examples: ['live', ['live', '$LATEST']],
}).optional();

/** Where a call may come from, by address. */
export const sourceIp = oneOrMore(checkAddressBlock, {
  description: 'Addresses or networks that the call comes from, IPv4 or IPv6.',
  examples: ['203.0.113.0/24', ['203.0.113.7', '2001:db8::/32']],
}).optional();

/** Where a call may come from, by VPC endpoint. */
export const vpcEndpoint = oneOrMore(checkVpcEndpoint, {
  description: 'VPC endpoints that the call comes through.',
  examples: ['vpce-0123456789abcdef0'],
}).optional();

/** Which services may use the credentials for a call. */
export const invokedBy = oneOrMore(checkInvokedBy, {
  description: 'Services that use the role (or the credentials) for the call. No policy can enforce it.',
  examples: ['states.amazonaws.com'],
}).optional();
