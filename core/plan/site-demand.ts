import type { Narrowing } from '../allowlist/allowlist.ts';
import type { GuardCondition } from './source-guards.ts';

/** Where one entry wants its calls to come from: from one of the addresses, and through one of the endpoints. */
export type SiteDemand = Pick<Narrowing, 'sourceIp' | 'vpcEndpoint'>;

/** Calls that come from none of these addresses and through none of these endpoints. Sorted; empty asks nothing. */
export interface SiteExclusion {
  readonly addresses: readonly string[];
  readonly endpoints: readonly string[];
}

/** The calls that meet no demand, as exclusions of which any one is enough. */
export interface DemandComplement {
  readonly exclusions: readonly SiteExclusion[];
  /** `partly` where there would be too many exclusions: then some calls that meet no demand are not among them. */
  readonly reach: 'whole' | 'partly';
}

// Every exclusion costs two statements, and a policy has 20,480 characters.
const MOST_EXCLUSIONS = 8;

/**
 * Turns demands of which one has to be met into the exclusions that together fit exactly the calls that meet none:
 * of each demand either the address or the endpoint is wrong.
 */
export function complementDemands(demands: readonly SiteDemand[]): DemandComplement {
  let exclusions: readonly SiteExclusion[] = [{ addresses: [], endpoints: [] }];
  let reach: DemandComplement['reach'] = 'whole';
  for (const { sourceIp = [], vpcEndpoint = [] } of demands) {
    const grown = exclusions.flatMap(({ addresses, endpoints }) => [
      ...(sourceIp.length === 0 ? [] : [{ addresses: unite(addresses, sourceIp), endpoints }]),
      ...(vpcEndpoint.length === 0 ? [] : [{ addresses, endpoints: unite(endpoints, vpcEndpoint) }]),
    ]);
    const needed = dropRedundant(grown);
    if (needed.length > MOST_EXCLUSIONS) reach = 'partly';
    exclusions = needed.slice(0, MOST_EXCLUSIONS);
  }
  return { exclusions, reach };
}

function unite(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])].sort();
}

/** An exclusion that excludes less than another one fits whatever the other fits. Sorted, for a steady order. */
function dropRedundant(exclusions: readonly SiteExclusion[]): readonly SiteExclusion[] {
  const distinct = new Map(exclusions.map((one) => [JSON.stringify([one.addresses, one.endpoints]), one]));
  const all = [...distinct.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, one]) => one);
  return all.filter((one) =>
    all.every(
      (other) =>
        other === one ||
        !other.addresses.every((address) => one.addresses.includes(address)) ||
        !other.endpoints.every((endpoint) => one.endpoints.includes(endpoint)),
    ),
  );
}

/**
 * Writes an exclusion as two conditions, of which at most one fits a call: a call to the public endpoint has
 * `aws:SourceIp`, one through a VPC endpoint has `aws:SourceVpce` and `aws:VpcSourceIp` instead. Where the keys that
 * tell the two apart are missing, neither fits: a listed caller wins in doubt.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
 */
export function writeExclusion({ addresses, endpoints }: SiteExclusion): readonly GuardCondition[] {
  const endpoint = endpoints.length === 0 ? {} : { StringNotEquals: { 'aws:SourceVpce': endpoints } };
  return [
    {
      Null: { 'aws:SourceIp': 'false' },
      ...(addresses.length === 0 ? {} : { NotIpAddress: { 'aws:SourceIp': addresses } }),
      ...endpoint,
    },
    {
      Null: {
        ...(addresses.length === 0 ? {} : { 'aws:VpcSourceIp': 'false' }),
        ...(endpoints.length === 0 ? {} : { 'aws:SourceVpce': 'false' }),
      },
      ...(addresses.length === 0 ? {} : { NotIpAddress: { 'aws:VpcSourceIp': addresses } }),
      ...endpoint,
    },
  ];
}

/**
 * A service that calls with the caller's own credentials has no address that an entry could ask for, and its verdict
 * is undetermined: such calls are spared.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-viaawsservice
 */
export const DIRECT_CALLS: GuardCondition = { BoolIfExists: { 'aws:ViaAWSService': 'false' } };

/** Joins conditions that all have to hold. No two of them may test the same key by the same operator. */
export function joinConditions(...conditions: readonly GuardCondition[]): GuardCondition {
  const joined: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, keys] of conditions.flatMap((condition) => Object.entries(condition))) {
    joined[operator] = { ...joined[operator], ...keys };
  }
  return joined;
}
