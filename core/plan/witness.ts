import { type InvokerEntry, isLive } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { composeContext, type RequestCircumstances, SITE_KEYS } from '../evaluator/context.ts';
import { listContextVariants } from '../evaluator/doubtful-keys.ts';
import type { AccessRequest, InvokeAction, RequestPrincipal } from '../evaluator/request.ts';
import type { CallSite } from './call-site.ts';
import type { PlanInput } from './containment-plan.ts';
import { type GrantPrincipal, readGrant } from './grant.ts';
import { findSentSourceKeys } from './source-keys.ts';
import { listSites } from './witness-site.ts';

/** A request that a plan is tried on, and who makes it. */
export interface Witness {
  readonly caller: Caller;
  readonly request: AccessRequest;
  readonly atMs: number;
  /** Where the call comes from; known for callers that are narrowed to some places only. */
  readonly site: CallSite;
}

// Nobody has these: they stand for everybody who is named nowhere.
const STRANGER_ACCOUNT = '999999999990';
const STRANGER_SERVICE = 'stranger.amazonaws.com';

/** Who a plan is tried on: one caller for each entry, for each principal and source of the policy, strangers, the offender. */
export function listWitnessCallers(input: PlanInput): readonly Caller[] {
  const callers = input.entries.filter((entry) => isLive(entry, input.now)).flatMap(sampleEntry);
  const own = parseArn(input.resourceArn)?.account ?? '';
  for (const statement of input.policy?.Statement ?? []) {
    const reading = readGrant(statement, input.resourceArn);
    if (reading.kind !== 'grant') continue;
    const sources = reading.grant.conditions
      .filter(({ key }) => key === 'aws:sourcearn')
      .flatMap(({ values }) => values);
    const accounts = reading.grant.conditions
      .filter(({ key }) => key === 'aws:sourceaccount')
      .flatMap(({ values }) => values);
    callers.push(...samplePrincipals(reading.grant.principals, pairSources(sources, accounts)));
  }
  callers.push(...sampleAccount(own), ...sampleAccount(STRANGER_ACCOUNT), { kind: 'anonymous' });
  callers.push({ kind: 'service', service: STRANGER_SERVICE });
  if (input.offender !== null) callers.push(input.offender);
  return [...new Map(callers.map((caller) => [JSON.stringify(caller), caller])).values()];
}

function sampleEntry(entry: InvokerEntry): readonly Caller[] {
  switch (entry.kind) {
    case 'role':
      return [{ kind: 'role', roleArn: fill(entry.role) }];
    case 'user':
      return [{ kind: 'user', userArn: fill(entry.user) }];
    case 'account':
      return sampleAccount(entry.account);
    case 'service': {
      const { service, sourceArn, sourceAccount } = entry;
      return [
        {
          kind: 'service',
          service,
          ...(sourceArn === undefined ? {} : { sourceArn: fill(sourceArn) }),
          ...(sourceAccount === undefined ? {} : { sourceAccount }),
        },
      ];
    }
    case 'functionUrl':
      return [{ kind: 'anonymous' }];
    case 'eventSourceMapping':
      return [];
  }
}

type SourcePair = readonly [source: string | undefined, account: string | undefined];

// Lists in a policy may be long, and all their combinations would take longer than anybody waits.
const MAX_COMBINATIONS = 64;

/** Every source with every account, or where those are too many each of them once. */
function pairSources(sources: readonly string[], accounts: readonly string[]): readonly SourcePair[] {
  if (sources.length * accounts.length > MAX_COMBINATIONS) {
    const length = Math.max(sources.length, accounts.length);
    return Array.from({ length }, (_, index) => [
      sources[index] ?? sources[0],
      accounts[index] ?? accounts[0],
    ]);
  }
  return (sources.length === 0 ? [undefined] : sources).flatMap((source) =>
    (accounts.length === 0 ? [undefined] : accounts).map((account) => [source, account] as const),
  );
}

/** Every principal from every source, or where those are too many each of them from the first one. */
function samplePrincipals(
  principals: readonly GrantPrincipal[],
  pairs: readonly SourcePair[],
): readonly Caller[] {
  const few = principals.length * pairs.length <= MAX_COMBINATIONS;
  return principals.flatMap((principal, index) =>
    samplePrincipal(principal, few || index === 0 ? pairs : pairs.slice(0, 1)),
  );
}

function samplePrincipal(principal: GrantPrincipal, pairs: readonly SourcePair[]): readonly Caller[] {
  switch (principal.kind) {
    case 'account':
      return sampleAccount(principal.account);
    case 'iam':
      return [
        principal.arn.includes(':user/')
          ? { kind: 'user', userArn: principal.arn }
          : { kind: 'role', roleArn: principal.arn },
      ];
    case 'service':
      return pairs.map(([source, account]) => ({
        kind: 'service',
        service: principal.service,
        ...(source === undefined ? {} : { sourceArn: fill(source) }),
        ...(account === undefined ? {} : { sourceAccount: account }),
      }));
    case 'anyone':
    case 'other':
      return [];
  }
}

function sampleAccount(account: string): readonly Caller[] {
  return [
    { kind: 'role', roleArn: `arn:aws:iam::${account}:role/invokeguard-witness` },
    { kind: 'user', userArn: `arn:aws:iam::${account}:user/invokeguard-witness` },
    { kind: 'root', account },
  ];
}

function fill(pattern: string): string {
  return pattern.replaceAll('*', 'x').replaceAll('?', 'x');
}

/**
 * How far a trial doubts which condition keys a request carries. A listed caller has to win under every combination of
 * doubtful keys being absent; an unlisted one is refused by the keys that are known to be there.
 */
export type Doubt = 'everyCombination' | 'knownKeys';

const ACTIONS = ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'] as const;

/**
 * The requests by which one caller is tried: both actions, and the doubtful keys there and absent; a caller that is
 * narrowed to some places calls from these and from elsewhere.
 */
export function listWitnesses(
  caller: Caller,
  input: PlanInput,
  atMs: number,
  doubt: Doubt,
): readonly Witness[] {
  const principal = describePrincipal(caller);
  if (principal === undefined) return [];
  const witnesses: Witness[] = [];
  const sites = listSites(input.entries, caller);
  for (const [action, site] of ACTIONS.flatMap((one) => sites.map((place) => [one, place] as const))) {
    const full = composeContext(principal, {
      ...describeCircumstances(caller, action, input, atMs),
      ...site,
    });
    for (const context of listVariants(full, principal, caller, doubt)) {
      for (const identity of caller.kind === 'service' || caller.kind === 'anonymous' ? SILENT : EITHER) {
        const { resourceArn: resource } = input;
        const request = { action, resource, principal, context, identity, unlistedKeys: 'unknown' } as const;
        witnesses.push({ caller, atMs, site, request });
      }
    }
  }
  return witnesses;
}

function describeCircumstances(
  caller: Caller,
  action: InvokeAction,
  input: PlanInput,
  now: number,
): RequestCircumstances {
  const partition = parseArn(input.resourceArn)?.partition ?? 'aws';
  const byUrl = action === 'lambda:InvokeFunctionUrl' ? 'urlWithIam' : 'api';
  const entrance = caller.kind === 'anonymous' ? 'urlWithoutAuth' : caller.kind === 'service' ? 'api' : byUrl;
  if (caller.kind !== 'service') return { action, entrance, now, partition };
  const { sourceArn, sourceAccount } = caller;
  return {
    action,
    entrance,
    now,
    partition,
    ...(sourceArn === undefined ? {} : { sourceArn }),
    ...(sourceAccount === undefined ? {} : { sourceAccount }),
  };
}

function listVariants(
  full: AccessRequest['context'],
  principal: RequestPrincipal,
  caller: Caller,
  doubt: Doubt,
): readonly AccessRequest['context'][] {
  const variants = listContextVariants(full, principal);
  const certain = doubt === 'knownKeys' ? KNOWN_KEYS : listCertainKeys(caller);
  return variants.filter((variant) => certain.every((key) => isThere(variant, key) || !isThere(full, key)));
}

function isThere(context: AccessRequest['context'], key: string): boolean {
  return (context.get(key)?.length ?? 0) > 0;
}

const KNOWN_KEYS = [
  'aws:principalservicename',
  'aws:sourcearn',
  'aws:sourceaccount',
  'lambda:invokedviafunctionurl',
  ...SITE_KEYS,
];

/** Source keys that this service is known to send are in no doubt: guards rely on them. */
function listCertainKeys(caller: Caller): readonly string[] {
  if (caller.kind !== 'service') return [];
  const sent = findSentSourceKeys(caller.service);
  return [
    ...(sent.sourceArn === 'always' ? ['aws:sourcearn'] : []),
    ...(sent.sourceAccount === 'always' ? ['aws:sourceaccount'] : []),
  ];
}

const SILENT = ['silent'] as const;
const EITHER = ['silent', 'allows'] as const;

function describePrincipal(caller: Caller): RequestPrincipal | undefined {
  switch (caller.kind) {
    case 'service':
      return { kind: 'service', service: caller.service };
    case 'role': {
      const arn = parseArn(caller.roleArn);
      const name = caller.roleArn.split('/').at(-1) ?? '';
      const session = `assumed-role/${name}/${caller.sessionName ?? 'session'}`;
      const sessionArn = `arn:${arn?.partition ?? 'aws'}:sts::${arn?.account ?? ''}:${session}`;
      return { kind: 'role', roleArn: caller.roleArn, sessionArn, account: arn?.account ?? '' };
    }
    case 'user':
      return { kind: 'user', userArn: caller.userArn, account: parseArn(caller.userArn)?.account ?? '' };
    case 'root':
      return { kind: 'root', account: caller.account };
    case 'federated':
      return { kind: 'federated', arn: caller.arn, account: caller.account };
    case 'anonymous':
      return { kind: 'anonymous' };
    case 'account':
      return describePrincipal({
        kind: 'role',
        roleArn: `arn:aws:iam::${caller.account}:role/invokeguard-witness`,
      });
    case 'eventSourceMapping':
    case 'unknown':
      return undefined;
  }
}
