import { type Allowlist, type InvokerEntry, listInvokers } from '../allowlist/allowlist.ts';
import { hasWildcard, parseArn } from '../arn.ts';
import { isJsonObject } from '../json.ts';
import { compareTexts } from '../text.ts';

/** The value of a field: exactly this text, every text that starts with it, or every text that fits its `*`. */
export interface FieldValue {
  readonly kind: 'exact' | 'prefix' | 'wildcard';
  readonly text: string;
}

/**
 * One kind of caller that is certainly authorized, and that EventBridge can tell by a field or two. What a function's
 * entries come to is a set of these; equal atoms of two functions have equal keys.
 */
export type CallerAtom = { readonly key: string } & (
  | {
      readonly kind: 'service';
      readonly service: string;
      readonly sourceArn?: FieldValue;
      readonly sourceAccount?: string;
    }
  | { readonly kind: 'role'; readonly role: FieldValue; readonly invokedBy?: readonly string[] }
  | { readonly kind: 'user'; readonly user: FieldValue }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'anonymous' }
);

/** An entry as an atom, or why EventBridge cannot tell its callers. */
export type AtomReading =
  | { readonly kind: 'atom'; readonly atom: CallerAtom }
  | { readonly kind: 'passing'; readonly why: string };

/**
 * Reads what EventBridge can tell of one entry. INVARIANT: every record that an atom describes is authorized by its
 * entry at any time; where that is not certain the entry passes, and its calls are judged by the Lambda.
 */
export function readAtom(entry: InvokerEntry): AtomReading {
  if (entry.expires !== undefined) return pass('it expires, and a pattern knows no time');
  const narrowing = readNarrowing(entry);
  if (narrowing.kind === 'passing') return narrowing;
  switch (entry.kind) {
    case 'service':
      return readService(entry);
    case 'role': {
      const role = readPattern(entry.role);
      if (role === undefined) return pass('EventBridge can not match its wildcards as IAM does');
      if (narrowing.invokedBy === undefined)
        return makeAtom({ kind: 'role', role, key: writeKey('role', role) });
      if (role.kind !== 'exact')
        return pass('a pattern can not tell it and the service that uses it together');
      const { invokedBy } = narrowing;
      return makeAtom({
        kind: 'role',
        role,
        invokedBy,
        key: `${writeKey('role', role)}|${invokedBy.join(' ')}`,
      });
    }
    case 'user': {
      const user = readPattern(entry.user);
      if (user === undefined) return pass('EventBridge can not match its wildcards as IAM does');
      return makeAtom({ kind: 'user', user, key: writeKey('user', user) });
    }
    case 'account':
      return makeAtom({ kind: 'account', account: entry.account, key: `account|${entry.account}` });
    case 'functionUrl':
      return makeAtom({ kind: 'anonymous', key: 'anonymous' });
    case 'eventSourceMapping':
      return pass('the record names the mapping and not its source, so that it has to be looked up');
  }
}

function pass(why: string): { readonly kind: 'passing'; readonly why: string } {
  return { kind: 'passing', why };
}

function makeAtom(atom: CallerAtom): AtomReading {
  return { kind: 'atom', atom };
}

function writeKey(kind: string, value: FieldValue): string {
  return `${kind}|${value.kind}|${value.text}`;
}

function readNarrowing(
  entry: InvokerEntry,
): { readonly kind: 'none'; readonly invokedBy?: readonly string[] } | { kind: 'passing'; why: string } {
  const narrowing = 'narrowing' in entry && isJsonObject(entry.narrowing) ? entry.narrowing : {};
  const keys = Object.keys(narrowing).filter((key) => narrowing[key] !== undefined);
  const others = keys.filter((key) => key !== 'invokedBy' || entry.kind !== 'role');
  if (others.length > 0) return pass(`a pattern does not look at its ${others.join(' and ')}`);
  const { invokedBy } = narrowing;
  if (!Array.isArray(invokedBy)) return { kind: 'none' };
  return { kind: 'none', invokedBy: invokedBy.map(String).sort(compareTexts) };
}

function readService(entry: Extract<InvokerEntry, { kind: 'service' }>): AtomReading {
  const { service, sourceArn, sourceAccount } = entry;
  if (service === 'lambda.amazonaws.com') return pass('Lambda calls for event source mappings too');
  const pattern = sourceArn === undefined ? undefined : readPattern(sourceArn);
  if (sourceArn !== undefined && pattern === undefined)
    return pass('EventBridge can not match its wildcards as IAM does');
  return makeAtom({
    kind: 'service',
    service,
    ...(pattern === undefined ? {} : { sourceArn: pattern }),
    ...(sourceAccount === undefined ? {} : { sourceAccount }),
    key: `service|${service}|${pattern === undefined ? '' : writeKey('', pattern)}|${sourceAccount ?? ''}`,
  });
}

/**
 * An ArnLike pattern as EventBridge can match it. The last of the six parts reaches to the end of the ARN, so that a
 * `*` there runs over colons as EventBridge's does; in any other part it does not. For `?` EventBridge has nothing.
 */
function readPattern(pattern: string): FieldValue | undefined {
  if (!hasWildcard(pattern)) return { kind: 'exact', text: pattern };
  const parts = pattern.split(':');
  const last = parts.slice(5).join(':');
  if (hasWildcard(parts.slice(0, 5).join(':')) || last.includes('?') || last === '') return undefined;
  const text = pattern.replaceAll(/\*+/g, '*');
  const stem = text.slice(0, -1);
  return text.endsWith('*') && !hasWildcard(stem)
    ? { kind: 'prefix', text: stem }
    : { kind: 'wildcard', text };
}

/** Atoms sorted by key; two sets with the same text hold the same atoms. */
export interface CallerSet {
  readonly text: string;
  readonly atoms: readonly CallerAtom[];
}

/** Makes a set of atoms that are sorted already. */
export function makeCallerSet(atoms: readonly CallerAtom[]): CallerSet {
  return { text: atoms.map(({ key }) => key).join('\n'), atoms };
}

/** The callers of one function that a pattern can tell, and the entries that none can. */
export interface AtomSet {
  readonly callers: CallerSet;
  readonly passing: readonly { readonly pointer: string; readonly why: string }[];
  /** Which entry each atom comes from. */
  readonly entries: readonly { readonly key: string; readonly pointer: string }[];
}

/** Reads the atoms of every guarded function, in the order of the allowlist. */
export function readAtomSets(allowlist: Allowlist): readonly AtomSet[] {
  return allowlist.functions.map((guarded) => {
    const atoms = new Map<string, CallerAtom>();
    const passing: { pointer: string; why: string }[] = [];
    const entries: { key: string; pointer: string }[] = [];
    for (const entry of listInvokers(allowlist, guarded)) {
      const reading = readAtom(entry);
      if (reading.kind === 'atom') {
        atoms.set(reading.atom.key, reading.atom);
        entries.push({ key: reading.atom.key, pointer: entry.pointer });
      } else {
        passing.push({ pointer: entry.pointer, why: reading.why });
      }
    }
    const sorted = [...atoms.values()].sort((left, right) => compareTexts(left.key, right.key));
    return { callers: makeCallerSet(sorted), passing, entries };
  });
}

/** The partition of the allowlist's ARNs; `aws` where it has none. Principals of another partition cannot call. */
export function readPartitionOf(allowlist: Allowlist): string {
  const entries = [...allowlist.functions.flatMap(({ invokers }) => invokers), ...allowlist.breakGlass];
  for (const entry of entries) {
    const arn = entry.kind === 'role' ? entry.role : entry.kind === 'user' ? entry.user : '';
    const partition = parseArn(arn)?.partition;
    if (partition !== undefined) return partition;
  }
  for (const { selector } of allowlist.functions) {
    const partition = selector.kind === 'arn' ? parseArn(selector.arn)?.partition : undefined;
    if (partition !== undefined) return partition;
  }
  return 'aws';
}
