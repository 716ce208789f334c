import type { InvokerEntry } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import { matchAddress } from '../policy/address-range.ts';
import { ANYWHERE, type CallSite } from './call-site.ts';
import { listListers } from './offender-reach.ts';

// Nobody has these: addresses of documentation, a private one, and an endpoint that no entry will name.
const STRANGE_ADDRESSES = ['198.51.100.77', '203.0.113.77', '192.0.2.77', '2001:db8::77', '100::77'];
const PRIVATE_ADDRESS = '10.255.255.77';
const STRANGE_ENDPOINT = 'vpce-00000000000000000';

// A long list of addresses is one test in a policy, so that a few of them stand for all.
const MOST_ADDRESSES = 3;
const MOST_SITES = 24;

/**
 * Lists the places from which a caller is tried: where the entries that name it want its calls to come from, and
 * elsewhere. A caller that no narrowed entry names is tried from nowhere in particular.
 */
export function listSites(entries: readonly InvokerEntry[], caller: Caller): readonly CallSite[] {
  if (entries.every(({ narrowing }) => narrowing === undefined)) return [ANYWHERE];
  const listers = listListers(entries, caller);
  const blocks = listers.flatMap(({ narrowing }) => narrowing?.sourceIp ?? []);
  const inside = listers.flatMap(listInside);
  if (inside.length === 0) return [ANYWHERE];
  const strange = STRANGE_ADDRESSES.find((address) =>
    blocks.every((block) => matchAddress(block, address).kind === 'noMatch'),
  );
  const outside: CallSite[] = [
    ...(strange === undefined ? [] : [{ sourceIp: strange }]),
    { sourceIp: PRIVATE_ADDRESS, vpcEndpoint: STRANGE_ENDPOINT },
  ];
  // A function URL with AuthType NONE is reached from the internet only.
  const possible = [...outside, ...inside].filter(
    ({ vpcEndpoint }) => vpcEndpoint === undefined || caller.kind !== 'anonymous',
  );
  const sites = possible.map((site) => [JSON.stringify(site), site] as const);
  return [...new Map(sites).values()].slice(0, MOST_SITES);
}

function listInside({ narrowing }: InvokerEntry): readonly CallSite[] {
  const { sourceIp, vpcEndpoint = [] } = narrowing ?? {};
  const addresses = sourceIp?.slice(0, MOST_ADDRESSES).map((block) => block.split('/')[0] ?? '');
  const endpoints = vpcEndpoint.slice(0, MOST_ADDRESSES);
  return [
    ...(addresses ?? []).map((address) => ({ sourceIp: address })),
    ...(addresses ?? (endpoints.length === 0 ? [] : [PRIVATE_ADDRESS])).flatMap((address) =>
      [...endpoints, STRANGE_ENDPOINT].map((endpoint) => ({ sourceIp: address, vpcEndpoint: endpoint })),
    ),
  ];
}
