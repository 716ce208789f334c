import { matchArn } from '../arn.ts';
import {
  type Caller,
  isMappingArn,
  LAMBDA_SERVICE,
  readCallerAccount,
  type ServiceCaller,
} from '../caller/caller.ts';
import type { EventSourceMappingEntry, InvokerEntry, ServiceEntry } from './allowlist.ts';
import { matchNarrowing, type NarrowedFields } from './narrowing-match.ts';
import { relateServices } from './service-principal.ts';

/** Maps the ARN of an event source mapping to the ARN of its source; the record itself names only the mapping. */
export type ResolvedMappings = ReadonlyMap<string, string>;

/** How one allowlist entry answers for one caller. `unsure` means that the record lacks what the entry asks for. */
export type EntryMatch =
  | { readonly kind: 'match' }
  | {
      readonly kind: 'noMatch';
      readonly why: string;
      /** Whether it names the caller, and only its narrowing keeps the call out. @default 'another' */
      readonly caller?: 'named';
    }
  | { readonly kind: 'unsure'; readonly why: string };

const MATCH: EntryMatch = { kind: 'match' };

/**
 * Decides whether one entry lists this caller's call: who calls, then what the entry narrows it to. Expiry is judged
 * elsewhere: it is a matter of time.
 */
export function matchEntry(
  entry: InvokerEntry,
  caller: Caller,
  invocation: NarrowedFields,
  mappings: ResolvedMappings,
): EntryMatch {
  const named = matchCaller(entry, caller, invocation, mappings);
  if (entry.narrowing === undefined || named.kind === 'noMatch') return named;
  const narrowed = matchNarrowing(entry.narrowing, caller, invocation);
  if (narrowed.kind === 'unmet') {
    // A caller who is only perhaps the listed one is certainly not listed for this call.
    return { kind: 'noMatch', why: narrowed.why, ...(named.kind === 'match' ? { caller: 'named' } : {}) };
  }
  return named.kind === 'match' && narrowed.kind === 'unsure' ? narrowed : named;
}

function matchCaller(
  entry: InvokerEntry,
  caller: Caller,
  invocation: NarrowedFields,
  mappings: ResolvedMappings,
): EntryMatch {
  switch (entry.kind) {
    case 'service':
      return matchService(entry, caller, invocation);
    case 'role':
      if (caller.kind === 'role') return decide(matchArn(entry.role, caller.roleArn), 'another role');
      return matchBareAccount(caller, entry.role);
    case 'user':
      if (caller.kind === 'user') return decide(matchArn(entry.user, caller.userArn), 'another user');
      return matchBareAccount(caller, entry.user);
    case 'account':
      return decide(readCallerAccount(caller) === entry.account, 'not of that account');
    case 'eventSourceMapping':
      return matchMapping(entry, caller, mappings);
    case 'functionUrl':
      return decide(caller.kind === 'anonymous', 'not an anonymous function URL call');
  }
}

function decide(matches: boolean, why: string): EntryMatch {
  return matches ? MATCH : { kind: 'noMatch', why };
}

/** A cross-account caller known by its account only may be the listed role or user of that account. */
function matchBareAccount(caller: Caller, listedArn: string): EntryMatch {
  if (caller.kind === 'account' && listedArn.split(':')[4] === caller.account) {
    return { kind: 'unsure', why: 'the record tells the account, not the role or user' };
  }
  return { kind: 'noMatch', why: 'another kind of caller' };
}

function matchService(entry: ServiceEntry, caller: Caller, invocation: NarrowedFields): EntryMatch {
  if (caller.kind !== 'service') return { kind: 'noMatch', why: 'another kind of caller' };
  const relation = relateServices(entry.service, caller.service);
  if (relation === 'other') return { kind: 'noMatch', why: 'another service' };
  if (
    entry.sourceArn !== undefined &&
    caller.sourceArn !== undefined &&
    !matchArn(entry.sourceArn, caller.sourceArn)
  ) {
    return { kind: 'noMatch', why: 'another sourceArn' };
  }
  if (
    entry.sourceAccount !== undefined &&
    caller.sourceAccount !== undefined &&
    caller.sourceAccount !== entry.sourceAccount
  ) {
    return { kind: 'noMatch', why: 'another sourceAccount' };
  }
  if (relation === 'kindred') {
    return {
      kind: 'unsure',
      why: "the record has the service's other name, with or without a Region: list that too",
    };
  }
  const lacksArn = entry.sourceArn !== undefined && caller.sourceArn === undefined;
  const lacksAccount = entry.sourceAccount !== undefined && caller.sourceAccount === undefined;
  if (lacksArn || lacksAccount) {
    const missing = lacksArn ? 'sourceArn' : 'sourceAccount';
    const cause =
      invocation.requestParameters === 'omitted'
        ? 'CloudTrail left the request parameters out'
        : 'it is not in the record';
    return { kind: 'unsure', why: `the entry asks for a ${missing}, but ${cause}` };
  }
  return MATCH;
}

function matchMapping(
  entry: EventSourceMappingEntry,
  caller: Caller,
  mappings: ResolvedMappings,
): EntryMatch {
  if (caller.kind === 'service' && caller.service === LAMBDA_SERVICE) return matchBareLambda(entry, caller);
  if (caller.kind !== 'eventSourceMapping') return { kind: 'noMatch', why: 'another kind of caller' };
  if (isMappingArn(entry.eventSourceMapping)) {
    return decide(entry.eventSourceMapping === caller.mappingArn, 'another mapping');
  }
  const source = mappings.get(caller.mappingArn);
  if (source === undefined) {
    return { kind: 'unsure', why: 'the record names the mapping, and its source is not known' };
  }
  return decide(matchArn(entry.eventSourceMapping, source), 'a mapping of another source');
}

/** Lambda itself called, but the record names no mapping: it may have worked for the listed one. */
function matchBareLambda(entry: EventSourceMappingEntry, { sourceArn }: ServiceCaller): EntryMatch {
  return sourceArn === undefined || matchArn(entry.eventSourceMapping, sourceArn)
    ? { kind: 'unsure', why: 'Lambda called, but the record does not name the mapping' }
    : { kind: 'noMatch', why: 'not for that mapping or source' };
}
