import type { InvokerEntry, Narrowing } from '../core/allowlist/allowlist.ts';
import { findRoleCaller } from '../core/allowlist/role-callers.ts';
import { parseArn } from '../core/arn.ts';
import { ENTRY_SCHEMAS } from './allowlist-schema.ts';
import { readExpiry } from './expiry.ts';
import { listWords, RESERVED_KINDS } from './issue-message.ts';
import { readAddressBlock } from './narrowing-check.ts';
import { findNearest } from './nearest-key.ts';
import { extendPointer, quote } from './problem.ts';
import { type Findings, isPlainMap, readShape } from './shape-reader.ts';
import { explainRoleCaller } from './value-check.ts';

type EntryKind = keyof typeof ENTRY_SCHEMAS;

const KINDS = Object.keys(ENTRY_SCHEMAS) as readonly EntryKind[];

/** Where an entry stands: break-glass entries may only be principals of IAM. */
export type EntryPlace = 'invokers' | 'breakGlass';

/** Compiles one allowlist entry; every fault becomes a problem, and the answer is then `undefined`. */
export function compileEntry(
  value: unknown,
  pointer: string,
  place: EntryPlace,
  findings: Findings,
): InvokerEntry | undefined {
  const kind = detectKind(value, pointer, findings);
  if (kind === undefined) return undefined;
  if (place === 'breakGlass' && kind !== 'role' && kind !== 'user' && kind !== 'account') {
    findings.problems.push({
      pointer: extendPointer(pointer, kind),
      at: 'key',
      message: `\`${kind}\` can not break glass, expected \`role\`, \`user\` or \`account\`: break-glass is for people in an emergency, on every function; list this caller under the functions that it calls`,
    });
    return undefined;
  }
  const entry = readEntry(kind, value, pointer, findings);
  if (entry?.kind !== 'service') return entry;
  return refuseRoleCaller(entry.service, pointer, findings) ? undefined : entry;
}

/** An entry is of the kind whose key it has: exactly one. */
function detectKind(value: unknown, pointer: string, findings: Findings): EntryKind | undefined {
  const expected = `expected one of ${listWords(KINDS)}`;
  if (!isPlainMap(value)) {
    findings.problems.push({
      pointer,
      at: 'value',
      message: `${quote(value)} is not an entry, ${expected} and its value, such as \`account: "111122223333"\``,
    });
    return undefined;
  }
  const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind));
  const [kind] = kinds;
  if (kinds.length === 1) return kind;
  if (kinds.length > 1) {
    findings.problems.push({
      pointer,
      at: 'value',
      message: `the entry names ${listWords(kinds)}, expected one kind of caller: write an entry for each`,
    });
    return undefined;
  }
  const keys = Object.keys(value);
  const reserved = keys.find((key) => RESERVED_KINDS.has(key));
  if (reserved !== undefined) {
    findings.problems.push({
      pointer: extendPointer(pointer, reserved),
      at: 'key',
      message: `\`${reserved}\` is reserved for a later version, ${expected}: list the account, or each role`,
    });
    return undefined;
  }
  for (const key of keys) {
    const nearest = findNearest(key, KINDS);
    if (nearest === undefined) continue;
    findings.problems.push({
      pointer: extendPointer(pointer, key),
      at: 'key',
      message: `${quote(key)} is not a kind of caller: did you mean ${quote(nearest)}?`,
    });
    return undefined;
  }
  const seen = keys.length === 0 ? 'the entry is empty' : `the entry with ${listWords(keys)} names no caller`;
  findings.problems.push({ pointer, at: 'value', message: `${seen}, ${expected}` });
  return undefined;
}

function readEntry(
  kind: EntryKind,
  value: unknown,
  pointer: string,
  findings: Findings,
): InvokerEntry | undefined {
  switch (kind) {
    case 'service': {
      const read = readShape(ENTRY_SCHEMAS.service, value, pointer, findings);
      if (read === undefined) return undefined;
      const { service, sourceArn, sourceAccount } = read;
      return {
        kind,
        service,
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount: String(sourceAccount) }),
        ...compileTerms(read, pointer),
      };
    }
    case 'role': {
      const read = readShape(ENTRY_SCHEMAS.role, value, pointer, findings);
      return read && { kind, role: read.role, ...compileTerms(read, pointer) };
    }
    case 'user': {
      const read = readShape(ENTRY_SCHEMAS.user, value, pointer, findings);
      return read && { kind, user: read.user, ...compileTerms(read, pointer) };
    }
    case 'account': {
      const read = readShape(ENTRY_SCHEMAS.account, value, pointer, findings);
      return read && { kind, account: String(read.account), ...compileTerms(read, pointer) };
    }
    case 'eventSourceMapping': {
      const read = readShape(ENTRY_SCHEMAS.eventSourceMapping, value, pointer, findings);
      return read && { kind, eventSourceMapping: read.eventSourceMapping, ...compileTerms(read, pointer) };
    }
    case 'functionUrl': {
      const read = readShape(ENTRY_SCHEMAS.functionUrl, value, pointer, findings);
      return read && { kind, functionUrl: read.functionUrl, ...compileTerms(read, pointer) };
    }
  }
}

type WrittenValues = string | number | readonly (string | number)[] | undefined;

interface WrittenTerms {
  readonly sourceIp?: WrittenValues;
  readonly vpcEndpoint?: WrittenValues;
  readonly qualifier?: WrittenValues;
  readonly invokedBy?: WrittenValues;
  readonly expires?: string | undefined;
  readonly owner?: string | undefined;
  readonly reason?: string | undefined;
}

function compileTerms(
  written: WrittenTerms,
  pointer: string,
): { pointer: string; narrowing?: Narrowing; expires?: string; owner?: string; reason?: string } {
  const expiry = written.expires === undefined ? undefined : readExpiry(written.expires);
  const narrowing = compileNarrowing(written);
  return {
    pointer,
    ...(Object.keys(narrowing).length === 0 ? {} : { narrowing }),
    ...(expiry?.kind === 'instant' ? { expires: expiry.instant } : {}),
    ...(written.owner === undefined ? {} : { owner: written.owner }),
    ...(written.reason === undefined ? {} : { reason: written.reason }),
  };
}

/** Every value in its one spelling, once, in order: two files that say the same compile to the same. */
function compileNarrowing(written: WrittenTerms): Narrowing {
  const { sourceIp, vpcEndpoint, qualifier, invokedBy } = written;
  return {
    ...(sourceIp === undefined ? {} : { sourceIp: listValues(sourceIp, writeBlock) }),
    ...(vpcEndpoint === undefined ? {} : { vpcEndpoint: listValues(vpcEndpoint) }),
    ...(qualifier === undefined ? {} : { qualifier: listValues(qualifier) }),
    ...(invokedBy === undefined ? {} : { invokedBy: listValues(invokedBy) }),
  };
}

function listValues(
  written: Exclude<WrittenValues, undefined>,
  spell: (text: string) => string = String,
): readonly string[] {
  const values: readonly (string | number)[] = typeof written === 'object' ? written : [written];
  return [...new Set(values.map((value) => spell(String(value))))].sort();
}

function writeBlock(text: string): string {
  const reading = readAddressBlock(text);
  return reading.kind === 'block' ? reading.block : text;
}

/** A service that never calls as itself would be listed in vain, and its real caller shut out. */
function refuseRoleCaller(service: string, pointer: string, findings: Findings): boolean {
  const row = findRoleCaller(service);
  if (row === undefined || row.calls === 'eitherWay') return false;
  const fix = explainRoleCaller(service, row);
  findings.problems.push({ pointer: extendPointer(pointer, 'service'), at: 'value', message: fix });
  return true;
}

/** The partition that an entry's ARN belongs to, where it has one. */
export function readPartition(entry: InvokerEntry): string | undefined {
  switch (entry.kind) {
    case 'service':
      return entry.sourceArn === undefined ? undefined : parseArn(entry.sourceArn)?.partition;
    case 'role':
      return parseArn(entry.role)?.partition;
    case 'user':
      return parseArn(entry.user)?.partition;
    case 'eventSourceMapping':
      return parseArn(entry.eventSourceMapping)?.partition;
    case 'account':
    case 'functionUrl':
      return undefined;
  }
}
