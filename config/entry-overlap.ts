import type { InvokerEntry, ServiceEntry } from '../core/allowlist/allowlist.ts';
import { hasWildcard, parseArn } from '../core/arn.ts';
import { coversNarrowing } from './narrowing-cover.ts';
import { coversArnPattern } from './pattern-cover.ts';
import type { Findings } from './shape-reader.ts';
import { indexWide } from './wide-entries.ts';

/** Tells in which list an entry stands, for the wording of what is found. */
export type EntryList = readonly InvokerEntry[];

/**
 * Compares the entries of one list with each other and with the break-glass entries: the same entry twice is a
 * problem; the same caller with other terms, or an entry that another one makes pointless, is a warning.
 */
export function findEntryOverlaps(entries: EntryList, breakGlass: EntryList, findings: Findings): void {
  const known = new Map<string, InvokerEntry>();
  const listWide = indexWide([...entries, ...breakGlass].filter(isWide));
  const alike = groupAlike([...entries, ...breakGlass]);
  for (const entry of breakGlass) known.set(identifyEntry(entry), entry);
  for (const entry of entries) {
    const identity = identifyEntry(entry);
    const twin = known.get(identity);
    if (twin !== undefined) reportTwin(entry, twin, breakGlass, findings);
    known.set(identity, twin ?? entry);
    if (twin !== undefined) continue;
    // Only what is narrowed can be covered by an entry that names no more than the same caller.
    const wide = listWide(entry);
    const candidates =
      entry.narrowing === undefined ? wide : [...(alike.get(identifyCaller(entry)) ?? []), ...wide];
    const cover = candidates.find(
      (other) => other !== entry && coversEntry(other, entry) && identifyEntry(other) !== identity,
    );
    if (cover !== undefined) {
      findings.warnings.push({
        pointer: entry.pointer,
        at: 'value',
        message: `the entry for ${nameCaller(entry)} changes nothing: ${nameCaller(cover)} (\`${cover.pointer}\`) lets everyone in that it would; remove one of them`,
      });
    }
  }
}

function reportTwin(
  entry: InvokerEntry,
  twin: InvokerEntry,
  breakGlass: EntryList,
  findings: Findings,
): void {
  const same = entry.expires === twin.expires && entry.owner === twin.owner && entry.reason === twin.reason;
  if (breakGlass.includes(twin) && !breakGlass.includes(entry)) {
    findings.warnings.push({
      pointer: entry.pointer,
      at: 'value',
      message: `the entry for ${nameCaller(entry)} changes nothing: the same caller is listed in \`breakGlass\` (\`${twin.pointer}\`); remove one of them`,
    });
    return;
  }
  const message = `the entry for ${nameCaller(entry)} is there already (\`${twin.pointer}\`)`;
  if (same) {
    findings.problems.push({
      pointer: entry.pointer,
      at: 'value',
      message: `${message}, expected each entry once: remove one of them`,
    });
  } else {
    findings.warnings.push({
      pointer: entry.pointer,
      at: 'value',
      message: `${message} with other terms; the caller may call for as long as either allows it: keep one of them`,
    });
  }
}

/** The caller that an entry names, in backticks, as the file writes it; what narrows it is only hinted at. */
export function nameCaller(entry: InvokerEntry): string {
  return entry.narrowing === undefined ? quoteCaller(entry) : `${quoteCaller(entry)} (narrowed)`;
}

function quoteCaller(entry: InvokerEntry): string {
  switch (entry.kind) {
    case 'service':
      return `\`${[entry.service, entry.sourceArn, entry.sourceAccount].filter((part) => part !== undefined).join(' ')}\``;
    case 'role':
      return `\`${entry.role}\``;
    case 'user':
      return `\`${entry.user}\``;
    case 'account':
      return `account \`${entry.account}\``;
    case 'eventSourceMapping':
      return `\`${entry.eventSourceMapping}\``;
    case 'functionUrl':
      return '`functionUrl: public`';
  }
}

function groupAlike(entries: EntryList): ReadonlyMap<string, EntryList> {
  const groups = new Map<string, InvokerEntry[]>();
  for (const entry of entries) {
    const key = identifyCaller(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** An entry is the same as another one if it names the same caller and the same calls. */
function identifyEntry(entry: InvokerEntry): string {
  const caller = identifyCaller(entry);
  return entry.narrowing === undefined ? caller : `${caller} ${JSON.stringify(entry.narrowing)}`;
}

function identifyCaller(entry: InvokerEntry): string {
  return entry.kind === 'service'
    ? JSON.stringify([entry.service, entry.sourceArn ?? null, entry.sourceAccount ?? null])
    : `${entry.kind} ${quoteCaller(entry)}`;
}

/** Only these can let in what another entry names. */
function isWide(entry: InvokerEntry): boolean {
  switch (entry.kind) {
    case 'service':
      return (
        entry.sourceArn === undefined || entry.sourceAccount === undefined || hasWildcard(entry.sourceArn)
      );
    case 'role':
      return hasWildcard(entry.role);
    case 'user':
      return hasWildcard(entry.user);
    case 'eventSourceMapping':
      return hasWildcard(entry.eventSourceMapping);
    case 'account':
      return true;
    case 'functionUrl':
      return false;
  }
}

/** Decides whether `wide` lets in everyone whom `narrow` lets in, and for at least as long. */
function coversEntry(wide: InvokerEntry, narrow: InvokerEntry): boolean {
  const outlasts =
    wide.expires === undefined || (narrow.expires !== undefined && narrow.expires <= wide.expires);
  if (!outlasts || !coversNarrowing(wide.narrowing, narrow.narrowing)) return false;
  if (narrow.narrowing !== undefined && identifyCaller(wide) === identifyCaller(narrow)) return true;
  if (wide.kind === 'account') {
    const arn = narrow.kind === 'role' ? narrow.role : narrow.kind === 'user' ? narrow.user : undefined;
    return arn !== undefined && parseArn(arn)?.account === wide.account;
  }
  if (wide.kind === 'service') return narrow.kind === 'service' && coversService(wide, narrow);
  if (wide.kind === 'role') return narrow.kind === 'role' && coversArnPattern(wide.role, narrow.role);
  if (wide.kind === 'user') return narrow.kind === 'user' && coversArnPattern(wide.user, narrow.user);
  return (
    wide.kind === 'eventSourceMapping' &&
    narrow.kind === 'eventSourceMapping' &&
    coversArnPattern(wide.eventSourceMapping, narrow.eventSourceMapping)
  );
}

function coversService(wide: ServiceEntry, narrow: ServiceEntry): boolean {
  if (wide.service !== narrow.service) return false;
  if (wide.sourceAccount !== undefined && wide.sourceAccount !== narrow.sourceAccount) return false;
  if (wide.sourceArn === undefined) return true;
  return narrow.sourceArn !== undefined && coversArnPattern(wide.sourceArn, narrow.sourceArn);
}
