import type { Narrowing } from '../allowlist/allowlist.ts';
import type { GuardCondition } from './source-guards.ts';

/** Where one entry wants its calls to come from: from one of the addresses, and through one of the endpoints. */
export type SiteDemand = Pick<Narrowing, 'sourceIp' | 'vpcEndpoint'>;

/**
 * The conditions that together fit exactly the calls that meet none of the demands, of which one has to be met.
 *
 * A call to the public endpoint has `aws:SourceIp`, and meets no demand for an endpoint. One through a VPC endpoint has
 * `aws:SourceVpce` and `aws:VpcSourceIp` instead: through an endpoint that no demand names only its address can be
 * right, and through one that is named the address has to be one of those that go with it. Where the keys that tell
 * all this are missing, nothing fits: a listed caller wins in doubt.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpce
 */
export function refuseOtherSites(demands: readonly SiteDemand[]): readonly GuardCondition[] {
  const anyEndpoint = gather(demands.filter(({ vpcEndpoint }) => vpcEndpoint === undefined));
  const endpoints = unite(demands.flatMap(({ vpcEndpoint = [] }) => vpcEndpoint));
  const elsewhere =
    endpoints.length === 0
      ? refuseAddresses('aws:VpcSourceIp', anyEndpoint)
      : joinConditions(
          { Null: { 'aws:SourceVpce': 'false' }, StringNotEquals: { 'aws:SourceVpce': endpoints } },
          anyEndpoint.length === 0 ? {} : refuseAddresses('aws:VpcSourceIp', anyEndpoint),
        );
  return [
    refuseAddresses('aws:SourceIp', anyEndpoint),
    elsewhere,
    ...[...groupEndpoints(endpoints, demands)].map(([addresses, alike]) =>
      joinConditions(
        { StringEquals: { 'aws:SourceVpce': alike } },
        refuseAddresses('aws:VpcSourceIp', addresses.split(' ')),
      ),
    ),
  ];
}

/** Endpoints by the addresses that may come through them; those that any address may come through are left out. */
function groupEndpoints(
  endpoints: readonly string[],
  demands: readonly SiteDemand[],
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const endpoint of endpoints) {
    const accepting = demands.filter(({ vpcEndpoint }) => vpcEndpoint?.includes(endpoint) !== false);
    if (accepting.some(({ sourceIp }) => sourceIp === undefined)) continue;
    const addresses = gather(accepting).join(' ');
    groups.set(addresses, [...(groups.get(addresses) ?? []), endpoint]);
  }
  return groups;
}

function gather(demands: readonly SiteDemand[]): readonly string[] {
  return unite(demands.flatMap(({ sourceIp = [] }) => sourceIp));
}

function unite(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

/** Fits calls that carry the key, from every address but these. */
function refuseAddresses(
  key: 'aws:SourceIp' | 'aws:VpcSourceIp',
  addresses: readonly string[],
): GuardCondition {
  return {
    Null: { [key]: 'false' },
    ...(addresses.length === 0 ? {} : { NotIpAddress: { [key]: addresses } }),
  };
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
