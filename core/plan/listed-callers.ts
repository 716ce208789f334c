import { type InvokerEntry, isLive, type ServiceEntry } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import { containsPattern } from './arn-pattern.ts';
import type { SiteDemand } from './site-demand.ts';
import { dropContained } from './source-guards.ts';

/** Everyone who is listed at one instant, in the form that guards are made from. Sorted and without redundancy. */
export interface ListedCallers {
  /** `ArnLike` patterns for `aws:PrincipalArn`: roles, users, and whole accounts, narrowed or not. */
  readonly principalArns: readonly string[];
  /** Those that are listed wherever their calls come from. */
  readonly freeArns: readonly string[];
  /** Those that are listed for calls from some places only, apart from what `freeArns` lists anyway. */
  readonly narrowed: readonly NarrowedPrincipal[];
  readonly services: ReadonlyMap<string, readonly ServiceEntry[]>;
  readonly anonymous: 'listed' | 'unlisted';
  /** Addresses that anonymous callers are listed from; null where it may be any, and where they are not listed. */
  readonly anonymousSources: readonly string[] | null;
}

/** One `ArnLike` pattern, and where calls by its principals are to come from: one of the demands has to be met. */
export interface NarrowedPrincipal {
  readonly arn: string;
  readonly demands: readonly SiteDemand[];
}

/**
 * Gathers who is listed at an instant (epoch milliseconds), of entries that `focusInput` left. Event source mappings are Lambda's own calls: no policy
 * governs them, so they have no part in it.
 */
export function gatherListedCallers(entries: readonly InvokerEntry[], atMs: number): ListedCallers {
  const free: string[] = [];
  const narrowed = new Map<string, SiteDemand[]>();
  const services = new Map<string, ServiceEntry[]>();
  const urls: InvokerEntry[] = [];
  const list = (arn: string, { narrowing }: InvokerEntry): void => {
    if (narrowing === undefined) free.push(arn);
    else narrowed.set(arn, [...(narrowed.get(arn) ?? []), narrowing]);
  };
  for (const entry of entries) {
    if (!isLive(entry, atMs)) continue;
    switch (entry.kind) {
      case 'role':
        list(entry.role, entry);
        break;
      case 'user':
        list(entry.user, entry);
        break;
      case 'account':
        list(writeAccountPattern(entry.account), entry);
        break;
      case 'service':
        collect(services, entry);
        break;
      case 'functionUrl':
        urls.push(entry);
        break;
      case 'eventSourceMapping':
        break;
    }
  }
  const sorted = [...services].sort(([left], [right]) => (left < right ? -1 : 1));
  const freeArns = dropContained(free);
  return {
    principalArns: dropContained([...free, ...narrowed.keys()]),
    freeArns,
    narrowed: [...narrowed]
      .map(([arn, demands]) => ({ arn, demands }))
      .filter(({ arn }) => !freeArns.some((other) => containsPattern(other, arn)))
      .sort((left, right) => (left.arn < right.arn ? -1 : 1)),
    services: new Map(sorted),
    anonymous: urls.length === 0 ? 'unlisted' : 'listed',
    anonymousSources: gatherSources(urls),
  };
}

function gatherSources(urls: readonly InvokerEntry[]): readonly string[] | null {
  const sources = urls.map(({ narrowing }) => narrowing?.sourceIp);
  if (sources.length === 0 || sources.includes(undefined)) return null;
  return [...new Set(sources.flatMap((addresses) => addresses ?? []))].sort();
}

function collect(services: Map<string, ServiceEntry[]>, entry: ServiceEntry): void {
  const known = services.get(entry.service);
  if (known === undefined) services.set(entry.service, [entry]);
  else known.push(entry);
}

/**
 * The pattern that the `aws:PrincipalArn` of every principal of an account matches: roles, users and root
 * (`arn:aws:iam::…`), federated users (`arn:aws:sts::…`). The ARN says the account itself, so no second key that
 * might be absent is asked.
 */
function writeAccountPattern(account: string): string {
  return `arn:*:*::${account}:*`;
}

/** The instants, ascending, at which entries that are live now expire. */
export function listExpiries(entries: readonly InvokerEntry[], nowMs: number): readonly number[] {
  const instants = new Set<number>();
  for (const entry of entries) {
    if (entry.expires !== undefined && isLive(entry, nowMs)) instants.add(Date.parse(entry.expires));
  }
  return [...instants].sort((left, right) => left - right);
}

/** Says why entries cannot be turned into guards, or `undefined` where they can. */
export function findUnusableEntry(entries: readonly InvokerEntry[]): string | undefined {
  for (const entry of entries) {
    for (const text of readTexts(entry)) {
      if (text.includes('${')) {
        return `the entry at ${entry.pointer} holds \`\${\`, which IAM would replace; write the value itself`;
      }
    }
    if (entry.kind === 'role' && parseArn(entry.role)?.resource.startsWith('role/') !== true) {
      return `the entry at ${entry.pointer} is not the ARN of a role: expected a resource that starts with \`role/\``;
    }
    if (entry.kind === 'user' && parseArn(entry.user)?.resource.startsWith('user/') !== true) {
      return `the entry at ${entry.pointer} is not the ARN of a user: expected a resource that starts with \`user/\``;
    }
  }
  return undefined;
}

function readTexts(entry: InvokerEntry): readonly string[] {
  const { sourceIp = [], vpcEndpoint = [] } = entry.narrowing ?? {};
  return [...readNames(entry), ...sourceIp, ...vpcEndpoint];
}

function readNames(entry: InvokerEntry): readonly string[] {
  switch (entry.kind) {
    case 'role':
      return [entry.role];
    case 'user':
      return [entry.user];
    case 'account':
      return [entry.account];
    case 'service':
      return [entry.service, entry.sourceArn ?? '', entry.sourceAccount ?? ''];
    case 'eventSourceMapping':
    case 'functionUrl':
      return [];
  }
}
