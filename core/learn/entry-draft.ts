import type { Caller } from '../caller/caller.ts';
import { compareTexts } from '../text.ts';
import {
  type CallerSighting,
  type FunctionSightings,
  readFunctionAccount,
  readSourceAccount,
} from './call-tally.ts';

/** An allowlist entry as the file writes it, such as `{ role: 'arn:…' }`. */
export type WrittenEntry = Readonly<Record<string, string>>;

/** An entry that the logs speak for, with what they say. */
export interface EntryDraft {
  /** Null where the file has no form for such a caller. */
  readonly entry: WrittenEntry | null;
  /** The caller as far as `entry` does not say it; for the comment. */
  readonly caller: Caller;
  readonly calls: number;
  readonly failed: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Why a person should look before it counts; null where nothing is unusual. */
  readonly caution: string | null;
}

/** One function's draft. */
export interface FunctionDraft {
  readonly functionArn: string;
  readonly calls: number;
  readonly entries: readonly EntryDraft[];
}

/** From this many sources of one service on, the account that owns them stands for them. */
const MOST_SOURCES = 100;
/** Fewer calls of a function say nothing about what is rare. */
const FEWEST_CALLS = 100;
/** Among so many calls a single one is worth a look. */
const FEWEST_BESIDE_ONE = 20;
/** Whoever called this often is no accident. */
const RARE_CALLS = 10;
const DAY_MS = 86_400_000;

/**
 * Drafts the entries of one function. Only what is plain is generalized: all sessions of a role to the role, calls of
 * a service that name no source to those that do, and more than 100 sources of one service in one account to that
 * account. Nothing becomes a wildcard.
 *
 * Cautions: a caller of another account, anonymous, root, federated or known by its account only; a caller whose every
 * call failed; one that called once among at least 20 calls, or fewer than ten times and less than a hundredth of at
 * least 100; one that came first in the last tenth of
 * at least a day.
 *
 * @param readMappingSource the source of an event source mapping, where it is known.
 */
export function draftFunction(
  { functionArn, callers: sightings, others }: FunctionSightings,
  readMappingSource: (mappingArn: string) => string | undefined,
): FunctionDraft {
  const calls = sightings.reduce((sum, sighting) => sum + sighting.calls, 0);
  const drafts = sightings.map((sighting) => ({
    ...sighting,
    entry: writeEntry(sighting.caller, readMappingSource),
  }));
  const merged = mergeAlike(gatherSources(dropSourceless(drafts)));
  const seen = [...sightings, others];
  const age = { firstMs: pickFirst(seen), lastMs: pickLast(seen), calls: calls + others.calls };
  const entries = merged
    .map((draft) => ({ ...draft, caution: findCaution(draft, functionArn, age) }))
    .sort((left, right) => right.calls - left.calls || compareEntries(left.entry, right.entry));
  return { functionArn, calls, entries };
}

type RawDraft = Omit<EntryDraft, 'caution'>;

function writeEntry(
  caller: Caller,
  readMappingSource: (mappingArn: string) => string | undefined,
): WrittenEntry | null {
  switch (caller.kind) {
    case 'service': {
      const { service, sourceArn, sourceAccount } = caller;
      return {
        service,
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
      };
    }
    case 'role':
      return { role: caller.roleArn };
    case 'user':
      return { user: caller.userArn };
    case 'root':
    case 'account':
    case 'federated':
      return { account: caller.account };
    case 'anonymous':
      return { functionUrl: 'public' };
    case 'eventSourceMapping':
      return { eventSourceMapping: readMappingSource(caller.mappingArn) ?? caller.mappingArn };
    case 'unknown':
      return null;
  }
}

/** CloudTrail sometimes leaves the source out: where other calls of the service name one, those speak for it. */
function dropSourceless(drafts: readonly RawDraft[]): readonly RawDraft[] {
  const sourced = new Set(
    drafts.flatMap(({ entry }) => (entry?.['sourceArn'] === undefined ? [] : [entry['service']])),
  );
  return drafts.filter(({ entry }) => {
    if (entry === null || entry['service'] === undefined || !sourced.has(entry['service'])) return true;
    return entry['sourceArn'] !== undefined || entry['sourceAccount'] !== undefined;
  });
}

/** Very many sources of one account (paths of an API) are written as that account. */
function gatherSources(drafts: readonly RawDraft[]): readonly RawDraft[] {
  const counts = new Map<string, number>();
  const owner = ({ entry }: RawDraft): string | undefined =>
    entry?.['sourceArn'] === undefined || entry['sourceAccount'] === undefined
      ? undefined
      : `${entry['service']} ${entry['sourceAccount']}`;
  for (const draft of drafts) {
    const key = owner(draft);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return drafts.map((draft) => {
    const key = owner(draft);
    if (key === undefined || (counts.get(key) ?? 0) <= MOST_SOURCES || draft.caller.kind !== 'service')
      return draft;
    const { sourceArn: _, ...entry } = draft.entry ?? {};
    const { sourceArn: __, ...caller } = draft.caller;
    return { ...draft, entry, caller };
  });
}

function mergeAlike(drafts: readonly RawDraft[]): readonly RawDraft[] {
  const merged = new Map<string, RawDraft>();
  for (const draft of drafts) {
    const key = `${draft.caller.kind} ${JSON.stringify(draft.entry ?? draft.caller)}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? draft : addSightings(known, draft));
  }
  return [...merged.values()];
}

function addSightings(known: RawDraft, other: RawDraft): RawDraft {
  return {
    ...known,
    calls: known.calls + other.calls,
    failed: known.failed + other.failed,
    firstMs: pickFirst([known, other]),
    lastMs: pickLast([known, other]),
  };
}

type Span = Pick<CallerSighting, 'firstMs' | 'lastMs'>;

function pickFirst(spans: readonly Span[]): number {
  const known = spans.map(({ firstMs }) => firstMs).filter((ms) => !Number.isNaN(ms));
  return known.length === 0 ? Number.NaN : known.reduce((least, ms) => Math.min(least, ms));
}

function pickLast(spans: readonly Span[]): number {
  const known = spans.map(({ lastMs }) => lastMs).filter((ms) => !Number.isNaN(ms));
  return known.length === 0 ? Number.NaN : known.reduce((most, ms) => Math.max(most, ms));
}

function findCaution(
  draft: RawDraft,
  functionArn: string,
  age: Span & { readonly calls: number },
): string | null {
  const { caller, calls, failed } = draft;
  const kind = CAUTIOUS_KINDS.get(caller.kind);
  if (kind !== undefined) return kind;
  const account = readSourceAccount(caller);
  const home = readFunctionAccount(functionArn);
  if (account !== undefined && home !== undefined && account !== home)
    return `of another account, ${account}`;
  if (failed === calls) return 'every call failed';
  if (calls === 1 && age.calls >= FEWEST_BESIDE_ONE) return 'seen once';
  if (age.calls >= FEWEST_CALLS && calls < RARE_CALLS && calls * 100 < age.calls) return 'rare';
  const span = age.lastMs - age.firstMs;
  if (span >= DAY_MS && draft.firstMs > age.firstMs + 0.9 * span) return 'first seen late in the logs';
  return null;
}

const CAUTIOUS_KINDS: ReadonlyMap<Caller['kind'], string> = new Map([
  ['anonymous', 'anybody on the internet could call like this'],
  ['root', 'a root user called, and only its whole account can be listed'],
  ['federated', 'a federated user called, and only its whole account can be listed'],
  ['account', 'the records tell the account and not the role or user'],
  ['unknown', 'the record does not say who called'],
]);

function compareEntries(left: WrittenEntry | null, right: WrittenEntry | null): number {
  return compareTexts(JSON.stringify(left), JSON.stringify(right));
}
