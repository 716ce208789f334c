import type { NarrowedFields } from '../allowlist/narrowing-match.ts';

/**
 * Where a call comes from, as far as policies and records tell it: a public address, or a private one and the VPC
 * endpoint that it came through. Empty where nothing is known.
 */
export interface CallSite {
  readonly sourceIp?: string;
  readonly vpcEndpoint?: string;
}

/** Nothing is known of where a call comes from. */
export const ANYWHERE: CallSite = {};

/**
 * A call from there as a record would tell it. In a plan the qualifier is no question any more: `focusInput` has
 * answered it.
 */
export function recordSite({ sourceIp, vpcEndpoint }: CallSite): NarrowedFields {
  return {
    requestParameters: 'present',
    qualifier: null,
    sourceIPAddress: sourceIp ?? null,
    vpcEndpointId: vpcEndpoint ?? null,
  };
}
