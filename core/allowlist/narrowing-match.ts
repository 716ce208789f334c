import ipaddr from 'ipaddr.js';
import type { Caller } from '../caller/caller.ts';
import { matchAddress } from '../policy/address-range.ts';
import { matchAny, matchEach } from '../policy/match.ts';
import type { LambdaInvocation } from '../record/invocation.ts';
import type { Narrowing } from './allowlist.ts';

/** All of a call that narrowings ask for, beside the caller. */
export type NarrowedFields = Pick<
  LambdaInvocation,
  'requestParameters' | 'qualifier' | 'sourceIPAddress' | 'vpcEndpointId'
>;

/** How a listed caller's call stands to a narrowing. `unsure` means that the record lacks what is asked. */
export type NarrowingMatch =
  | { readonly kind: 'met' }
  | { readonly kind: 'unmet'; readonly why: string }
  | { readonly kind: 'unsure'; readonly why: string };

const MET: NarrowingMatch = { kind: 'met' };

/**
 * Decides whether a call meets every part of a narrowing. One part that is certainly not met decides; a part that the
 * record cannot answer makes it unsure.
 */
export function matchNarrowing(narrowing: Narrowing, caller: Caller, call: NarrowedFields): NarrowingMatch {
  const { sourceIp, vpcEndpoint, qualifier, invokedBy } = narrowing;
  const parts = [
    ...(sourceIp === undefined ? [] : [matchSourceIp(sourceIp, call)]),
    ...(vpcEndpoint === undefined ? [] : [matchVpcEndpoint(vpcEndpoint, call)]),
    ...(qualifier === undefined ? [] : [matchQualifier(qualifier, call)]),
    ...(invokedBy === undefined ? [] : [matchInvokedBy(invokedBy, caller, call)]),
  ];
  return parts.find(({ kind }) => kind === 'unmet') ?? parts.find(({ kind }) => kind === 'unsure') ?? MET;
}

/** For a call through a VPC endpoint CloudTrail writes the private address, as `aws:VpcSourceIp` has it. */
function matchSourceIp(blocks: readonly string[], { sourceIPAddress }: NarrowedFields): NarrowingMatch {
  if (sourceIPAddress === null || readAddress(sourceIPAddress) === undefined) {
    return {
      kind: 'unsure',
      why: `the entry asks for a sourceIp, but ${describeMissingAddress(sourceIPAddress)}`,
    };
  }
  const { kind } = matchAny(matchEach(blocks, (block) => matchAddress(block, sourceIPAddress)));
  if (kind === 'match') return MET;
  return kind === 'noMatch'
    ? { kind: 'unmet', why: 'it asks for another sourceIp' }
    : { kind: 'unsure', why: 'the entry asks for a sourceIp, and the address cannot be compared with it' };
}

function describeMissingAddress(sourceIPAddress: string | null): string {
  return sourceIPAddress === null
    ? 'it is not in the record'
    : 'the record names an AWS service instead of an address';
}

/** What networks use for themselves, by the names that ipaddr.js gives. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set([
  'private',
  'uniqueLocal',
  'carrierGradeNat',
  'linkLocal',
  'loopback',
  'unspecified',
]);

/**
 * Without an endpoint in the record, a public address is proof enough: a call through an endpoint has a private one.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
function matchVpcEndpoint(
  endpoints: readonly string[],
  { sourceIPAddress, vpcEndpointId }: NarrowedFields,
): NarrowingMatch {
  if (vpcEndpointId !== null) {
    return endpoints.includes(vpcEndpointId)
      ? MET
      : { kind: 'unmet', why: 'it asks for another vpcEndpoint' };
  }
  const address = readAddress(sourceIPAddress);
  if (address !== undefined && !PRIVATE_RANGES.has(address.range())) {
    return { kind: 'unmet', why: 'it asks for a vpcEndpoint, and the call came from a public address' };
  }
  return { kind: 'unsure', why: 'the entry asks for a vpcEndpoint, but the record does not name one' };
}

/** The version or alias is part of the request, so parameters that were left out leave it open. */
function matchQualifier(
  qualifiers: readonly string[],
  { requestParameters, qualifier }: NarrowedFields,
): NarrowingMatch {
  if (qualifier === null && requestParameters === 'omitted') {
    return {
      kind: 'unsure',
      why: 'the entry asks for a qualifier, but CloudTrail left the request parameters out',
    };
  }
  return qualifiers.includes(qualifier ?? '$LATEST')
    ? MET
    : { kind: 'unmet', why: 'it asks for another qualifier' };
}

/** CloudTrail names the service that uses a role; a call without one that comes from an address is the role's own. */
function matchInvokedBy(
  services: readonly string[],
  caller: Caller,
  { sourceIPAddress }: NarrowedFields,
): NarrowingMatch {
  const invokedBy = caller.kind === 'role' || caller.kind === 'user' ? caller.invokedBy : undefined;
  if (invokedBy !== undefined && services.includes(invokedBy)) return MET;
  if (invokedBy?.includes('.') === true) {
    return { kind: 'unmet', why: 'it asks to be invokedBy another service' };
  }
  if (invokedBy === undefined && readAddress(sourceIPAddress) !== undefined) {
    return { kind: 'unmet', why: 'it asks to be invokedBy a service, and no service used the credentials' };
  }
  return {
    kind: 'unsure',
    why: 'the entry asks to be invokedBy a service, but the record does not name one',
  };
}

function readAddress(text: string | null): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text === null) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes('%') || !ipaddr.IPv6.isValid(text) ? undefined : ipaddr.IPv6.parse(text);
}
